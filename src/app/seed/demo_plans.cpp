// What the script says as actions, each with its time.
#include <array>
#include <stdexcept>

#include "app/seed/demo_stage.hpp"

namespace grover::seed {
namespace {

constexpr std::array<std::string_view, 12> kReactions = {"like", "like",  "like", "like", "like", "love",
                                                         "love", "heart", "wow",  "haha", "🔥",    "care"};

// Chance also picks people who may not see a post: then they do nothing.
template <class F>
void if_visible(F f) {
    try {
        f();
    } catch (const Error& refused) {
        if (refused.kind != ErrorKind::not_authorized && refused.kind != ErrorKind::not_found) throw;
    }
}

}  // namespace

Time Demo::after(Time at, double mean_hours) {
    const auto later = at + std::chrono::microseconds(
                                static_cast<std::int64_t>(random_.around(mean_hours) * 3.6e9) + 1'000'000);
    if (later < ground_.clock.now()) return later;
    const auto left = static_cast<double>((ground_.clock.now() - at).count());
    return at + std::chrono::microseconds(static_cast<std::int64_t>(random_.fraction() * left));
}

void Demo::plan_post(const DemoPost& script) {
    const auto at = moment(script.days_ago);
    auto& id = post_ids_[&script];
    plan(at, [this, &script, &id] {
        posts::PostCreate in;
        in.content = script.text;
        if (const auto medium = media_of_.find(&script); medium != media_of_.end())
            in.media_id = medium->second;
        if (!script.place.empty()) in.location = script.place;
        if (!script.category.empty()) in.category = script.category;
        if (script.for_followers) in.visibility = posts::Visibility::followers;
        if (!script.question.empty()) {
            in.poll_question = script.question;
            in.poll_options = script.options;
            in.poll_duration_hours = script.poll_hours;
        }
        id = posts_.create(caller(script.by), in).post_id;
        if (script.is_pinned) posts_.update(caller(script.by), {.post_id = id, .is_pinned = true});
    });
    plan_comments(script, id, at);
    plan_marks(script, id, at);
}

void Demo::plan_comments(const DemoPost& script, const PostId& post_id, Time at) {
    auto& ids = comment_ids_[&script];
    ids.resize(script.comments.size());
    for (std::size_t i = 0; i < script.comments.size(); ++i) {
        const auto& comment = script.comments[i];
        at = after(at, 0.7);
        plan(at, [this, &comment, &post_id, &ids, i] {
            comments::CommentCreate in{.post_id = post_id, .content = std::string(comment.text)};
            if (comment.answers >= 0) in.parent_comment_id = ids[static_cast<std::size_t>(comment.answers)];
            ids[i] = comments_.create(caller(comment.by), in).comment_id;
        });
        for (const auto& person : demo_people()) {
            if (person.username == comment.by || !random_.chance(0.2)) continue;
            plan(after(at, 2), [this, &person, &ids, i] {
                if_visible(
                    [&] { comments_.like(caller(person.username), ids[i], comments::LikeChange::set); });
            });
        }
    }
}

void Demo::plan_marks(const DemoPost& script, const PostId& post_id, Time at) {
    const double interest = 0.2 + 0.5 * random_.fraction();
    for (const auto& person : demo_people()) {
        if (person.username == script.by) continue;
        const auto me = [this, &person]() -> const Caller& { return caller(person.username); };
        if (random_.chance(interest)) {
            const auto reaction = random_.one_of(kReactions);
            plan(after(at, 5), [this, me, reaction, &post_id] {
                if_visible([&] { posts_.react(me(), post_id, reaction); });
            });
        }
        if (!script.question.empty() && random_.chance(0.75)) {
            const auto option = random_.below(static_cast<std::uint32_t>(script.options.size()));
            const auto voted = after(at, 6);
            if (voted < at + std::chrono::hours(script.poll_hours)) {
                plan(voted, [this, me, option, &post_id] {
                    if_visible([&] {
                        posts_.vote(me(), {.post_id = post_id, .option_index = static_cast<int>(option)});
                    });
                });
            }
        }
        const bool is_login = &person == &demo_people().front();
        if (random_.chance(is_login ? 0.2 : 0.05)) {
            plan(after(at, 8), [this, me, &post_id] { if_visible([&] { posts_.save(me(), post_id); }); });
        }
        if (random_.chance(0.04)) {
            plan(after(at, 8), [this, me, &post_id] { if_visible([&] { posts_.share(me(), post_id); }); });
        }
    }
}

void Demo::plan_repost(const DemoRepost& script) {
    const auto root = std::ranges::find_if(
        demo_posts(), [&](const DemoPost& post) { return post.text.starts_with(script.of); });
    if (root == demo_posts().end()) throw std::logic_error("the demo reposts what nobody wrote");
    plan(moment(script.days_ago), [this, &script, root] {
        posts::PostRepost in;
        in.post_id = post_ids_.at(&*root);
        if (!script.comment.empty()) in.repost_comment = script.comment;
        posts_.repost(caller(script.by), in);
    });
}

void Demo::plan_chat(const DemoChat& script) {
    auto at = moment(script.days_ago);
    auto& state = chats_[&script];
    if (!script.group.empty()) {
        plan(at, [this, &script, &state] {
            groups::GroupCreate in;
            in.name = script.group;
            in.description = script.description;
            for (const auto person : script.people) in.member_ids.push_back(caller(person).id.str());
            state.target.group_id = groups_.create(caller(script.people.front()), in).group_id;
        });
    }
    for (std::size_t i = 0; i < script.lines.size(); ++i) {
        const auto& line = script.lines[i];
        at = at + std::chrono::seconds(static_cast<std::int64_t>(line.minutes * 60) + 1);
        plan(at, [this, &script, &state, &line, i] {
            auto target = state.target;
            if (script.group.empty())
                target.receiver_id = caller(script.people[line.by == script.people[0] ? 1 : 0]).id;
            messages::TextInput in{.content = std::string(line.text)};
            if (line.answers) in.reply_to_message_id = state.last;
            auto& parts = messages_.parts();
            const auto sent = parts.sending.text(caller(line.by), target, in);
            state.last = sent.message_id;
            if (!line.reaction.empty())
                parts.changes.react(caller(line.reaction_by), {sent.message_id, std::string(line.reaction)});
            // Whoever takes part reads along; the login leaves the last lines for later.
            for (const auto person : script.people) {
                const bool waits = person == demo_people().front().username &&
                                   static_cast<int>(i) >= std::ssize(script.lines) - script.unread;
                if (person != line.by && !waits) parts.reading.read_all(caller(person), sent.conversation_id);
            }
        });
    }
}

void Demo::plan_collection(const DemoCollection& script) {
    plan(moment(0.01), [this, &script] {
        collections::CollectionCreate in{.name = std::string(script.name),
                                         .description = std::string(script.description),
                                         .is_public = script.is_public};
        for (const auto& post : demo_posts()) {
            if (post.category == script.category && !post.for_followers)
                in.posts.push_back(post_ids_.at(&post).str());
        }
        const auto id = collections_.create(caller(script.by), in).collection_id;
        for (const auto follower : script.followers)
            collections_.follow(caller(follower), id, collections::FollowChange::set);
    });
}

void Demo::plan_community(const DemoCommunity& script) {
    auto& id = community_ids_[&script];
    plan(moment(script.days_ago), [this, &script, &id] {
        communities::CommunityCreate in;
        in.name = script.name;
        in.description = script.description;
        in.category = script.category;
        in.is_private = script.is_private;
        id = communities_.create(caller(script.by), in).community_id;
    });
    auto at = moment(script.days_ago);
    for (const auto& member : script.members) {
        at = after(at, 1);
        plan(at, [this, &script, &id, member] {
            if (script.is_private)
                communities_.invite(caller(script.by),
                                    {.community_id = id, .user_ids = {caller(member).id.str()}});
            communities_.join(caller(member), id);
        });
    }
    for (const auto& post : script.posts) {
        at = after(at, 12);
        plan(at, [this, &post, &id] {
            communities::CommunityPostCreate in;
            in.community_id = id;
            in.content = post.text;
            communities_.post(caller(post.by), in);
        });
    }
}

void Demo::schedule() {
    clock_.set(ground_.clock.now());
    scheduled_posts::PostSchedule in;
    in.content = "Two weeks in. Next week: my second loaf, live from the oven. #baking";
    in.scheduled_time = clock_.now() + std::chrono::days(2);
    scheduled_posts_.schedule(caller(demo_people().front().username), in);
}

}  // namespace grover::seed
