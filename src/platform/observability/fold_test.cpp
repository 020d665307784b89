#include "platform/observability/fold.hpp"

#include <doctest/doctest.h>

using namespace grover::log;
using namespace std::chrono_literals;

TEST_CASE("the first lines of a second are shown, the rest comes as a number") {
    Folder folder;
    const Folder::Time start{};
    int shown = 0;
    for (int i = 0; i < 150; ++i)
        shown +=
            folder.show(1, 100, "{\"msg\":\"x\",\"i\":" + std::to_string(i) + "}\n", start + 1ms * i) ? 1 : 0;
    CHECK(shown == 100);
    CHECK(folder.holds_any());
    CHECK(folder.show(2, 100, "{}\n", start));

    std::string out;
    folder.take_finished(out, start + 999ms);
    CHECK(out.empty());
    folder.take_finished(out, start + 1s);
    CHECK(out == "{\"msg\":\"x\",\"i\":149,\"repeated\":50}\n");
    CHECK_FALSE(folder.holds_any());
    CHECK(folder.show(1, 100, "{}\n", start + 1s));
}

TEST_CASE("a kind that pauses for a second starts anew") {
    Folder folder;
    const Folder::Time start{};
    CHECK(folder.show(1, 1, "a\n", start));
    CHECK_FALSE(folder.show(1, 1, "b\n", start + 500ms));
    CHECK_FALSE(folder.show(1, 1, "c\n", start + 1500ms));  // what was held back is not forgotten
    std::string out;
    folder.take_all(out);
    CHECK(out == "c repeated=2\n");
    CHECK(folder.show(1, 1, "d\n", start + 1600ms));
    CHECK(folder.show(1, 1, "e\n", start + 2600ms));
}

TEST_CASE("many kinds of lines take a bounded amount of memory and all are shown") {
    Folder folder;
    for (std::uint64_t key = 0; key < 100'000; ++key) REQUIRE(folder.show(key, 1, "x\n", {}));
    CHECK_FALSE(folder.holds_any());
    CHECK(folder.show(99'999, 1, "x\n", {}));  // not told apart any more
}
