#include "platform/db/idempotency.hpp"

namespace grover::db {

WriteTimer::WriteTimer() : context_(log::current_context()) {
    if (context_ == nullptr) return;
    before_ = context_->store.time;
    begin_ = std::chrono::steady_clock::now();
}

WriteTimer::~WriteTimer() {
    if (context_ != nullptr) context_->store.time = before_ + (std::chrono::steady_clock::now() - begin_);
}

void WriteTimer::note_claim(Write& tx) const {
    if (context_ != nullptr && context_->claim != nullptr) context_->claim->note(tx);
}

}  // namespace grover::db
