// Plays the script of the demo, action by action, in the order of their times.
#include "app/seed/demo.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <stdexcept>

#include "app/seed/demo_chats.hpp"
#include "app/seed/demo_script.hpp"
#include "app/seed/drawing.hpp"
#include "app/seed/random.hpp"
#include "domains/collections/collections_more_api.hpp"
#include "domains/comments/comments_api.hpp"
#include "domains/communities/communities_members_api.hpp"
#include "domains/groups/groups_api.hpp"
#include "domains/messages/messages_parts.hpp"
#include "domains/posts/posts_service.hpp"
#include "domains/scheduled_posts/scheduled_posts_api.hpp"
#include "domains/users/users_service.hpp"
#include "platform/http/multipart.hpp"
#include "sql/seed.hpp"

namespace grover::seed {
namespace {

constexpr std::string_view kEmail = "demo@grover.app";
constexpr std::array<std::string_view, 12> kReactions = {"like", "like",  "like", "like", "like", "love",
                                                         "love", "heart", "wow",  "haha", "🔥",    "care"};

class DemoClock final : public Clock {
public:
    explicit DemoClock(Time at) : at_(at) {}
    Time now() const override { return at_; }
    void set(Time at) { at_ = at; }

private:
    Time at_;
};

// A directory that goes with the object.
class Scratch {
public:
    explicit Scratch(const std::filesystem::path& parent)
        : path(parent / ("demo-" + IdSource::unguessable<MediaId>().str())) {
        std::filesystem::create_directories(path);
    }
    ~Scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    const std::filesystem::path path;
};

http::UploadedFile uploaded(const std::filesystem::path& path) {
    http::UploadedFile file;
    file.part_name = "media";
    file.file_name = path.filename().string();
    file.path = path.string();
    file.size = std::filesystem::file_size(path);
    return file;
}

// Four groups of four letters and digits: 80 bits.
std::string make_password() {
    const auto letters = IdSource::unguessable<MediaId>().str().substr(6, 16);
    std::string password;
    for (std::size_t i = 0; i < letters.size(); ++i) {
        if (i > 0 && i % 4 == 0) password += '-';
        password += letters[i];
    }
    return password;
}

class Demo {
public:
    explicit Demo(const DemoGround& ground)
        : ground_(ground),
          clock_(ground.clock.now() - std::chrono::days(15)),
          ids_(clock_),
          users_(ground.db, clock_, ids_, ground.users),
          media_(ground.db, users_, clock_, ground.files, ground.media),
          posts_(ground.db, clock_, users_, media_),
          comments_(ground.db, clock_, users_, posts_.gate()),
          scheduled_posts_(ground.db, clock_, users_, media_, posts_.writer(), posts_),
          communities_(ground.db, clock_, users_, media_, posts_.writer(), posts_.views(), posts_.lists()),
          collections_(ground.db, clock_, users_, posts_.gate(), posts_.views(), posts_.lists()),
          messages_(ground.db, clock_, users_, media_, posts_.gate(), posts_, {}),
          groups_(ground.db, clock_, users_, media_, messages_.group_chats()),
          picture_store_(ground.make_picture_store(media_)),
          scratch_(media_.upload_directory()) {
        users_.plug({.pictures = picture_store_.get(), .engagement = &posts_});
        posts_.gate().plug(communities_);
        messages_.plug({.groups = &groups_});
        if (ground.watcher) posts_.writer().plug(*ground.watcher);
    }

    DemoLogin run() {
        auto drawings = post_drawings();
        for (const auto& person : demo_people())
            drawings.push_back(avatar_drawing(person.username, person.name, person.hue));
        // Drawn while people sign up.
        auto drawn = std::async(std::launch::async, [&] {
            save_drawings(drawings, scratch_.path, ground_.save_drawings_command);
        });
        for (const auto& person : demo_people()) join(person);
        drawn.get();
        upload_everything();

        meet();
        for (const auto& post : demo_posts()) plan_post(post);
        for (const auto& repost : demo_reposts()) plan_repost(repost);
        for (const auto& community : demo_communities()) plan_community(community);
        for (const auto& chat : demo_chats()) plan_chat(chat);
        for (const auto& collection : demo_collections()) plan_collection(collection);
        play();
        schedule();

        DemoLogin login{std::string(kEmail), make_password()};
        ground_.set_password(caller(demo_people().front().username).id, login.password);
        return login;
    }

private:
    struct Action {
        Time at;
        std::function<void()> run;
    };

    const Caller& caller(std::string_view username) const { return callers_.at(std::string(username)); }
    void plan(Time at, std::function<void()> run) {
        actions_.push_back({std::min(at, ground_.clock.now()), std::move(run)});
    }
    void pass(std::chrono::milliseconds by) { clock_.set(clock_.now() + by); }

    void join(const DemoPerson& person) {
        const bool is_login = &person == &demo_people().front();
        Caller made;
        made.id = ground_.db.write([&](db::Write& tx) {
            return users_.create(
                tx, {.email = is_login ? std::string(kEmail) : std::string(person.username) + "@demo.invalid",
                     .email_verified = true,
                     .name = std::string(person.name),
                     .username = std::string(person.username),
                     .has_password = is_login});
        });
        made.base_url = "http://localhost";
        callers_[std::string(person.username)] = made;
        pass(std::chrono::minutes(7));

        users::UserUpdate profile;
        profile.bio = person.bio;
        if (person.is_private) profile.is_private = true;
        if (!person.website.empty()) profile.website = person.website;
        users_.parts().profiles.update(made, profile);
        pass(std::chrono::minutes(5));
    }

    // The pictures of all posts and people, two at a time: decoding is most of the demo's work.
    void upload_everything() {
        std::vector<std::function<void()>> uploads;
        for (const auto& person : demo_people()) {
            uploads.emplace_back([this, &person] {
                users::PictureUpload in;
                in.profile_picture =
                    uploaded(scratch_.path / ("avatar-" + std::string(person.username) + ".jpg"));
                users_.parts().profiles.set_picture(caller(person.username), in);
            });
        }
        for (const auto& post : demo_posts()) {
            if (post.picture.empty()) continue;
            auto& medium = media_of_[&post];
            uploads.emplace_back([this, &post, &medium] {
                // Two posts may show the same picture: each uploads a file of its own.
                const auto copy = scratch_.path /
                                  (IdSource::unguessable<MediaId>().str() + "-" + std::string(post.picture));
                std::filesystem::copy_file(scratch_.path / post.picture, copy);
                auto file = uploaded(copy);
                medium = media_.upload(caller(post.by).id, file, media::kPostUse);
            });
        }
        std::atomic<std::size_t> next{0};
        const auto work = [&] {
            for (auto i = next++; i < uploads.size(); i = next++) uploads[i]();
        };
        auto other = std::async(std::launch::async, work);
        work();
        other.get();
    }

    // Most follow most; the private account is asked, answers some, and leaves the login's request open.
    void meet() {
        const auto people = demo_people();
        const auto first_day = ground_.clock.now() - std::chrono::days(14);
        for (const auto& who : people) {
            for (const auto& whom : people) {
                if (&who == &whom) continue;
                const bool is_login = &who == &people.front();
                if (whom.is_private ? !is_friend(who) && !is_login : !random_.chance(is_login ? 0.8 : 0.65))
                    continue;
                plan(first_day + std::chrono::seconds(random_.below(4 * 3600)), [this, &who, &whom] {
                    users_.parts().follows.set(caller(who.username), caller(whom.username).id);
                });
            }
            if (who.is_private) {
                plan(first_day + std::chrono::hours(4), [this, &who] {
                    for (const auto& other : demo_people()) {
                        if (is_friend(other))
                            users_.parts().follows.accept(caller(who.username), caller(other.username).id);
                    }
                });
            }
        }
    }
    static bool is_friend(const DemoPerson& person) {
        return person.username == "jonas_plants" || person.username == "amina_sews" ||
               person.username == "mara_l" || person.username == "yuki_runs";
    }

    Time moment(double days_ago) const {
        return ground_.clock.now() -
               std::chrono::microseconds(static_cast<std::int64_t>(days_ago * 86'400e6));
    }
    // Some time after; most of it soon.
    Time after(Time at, double mean_hours) {
        const auto later =
            at + std::chrono::microseconds(static_cast<std::int64_t>(random_.around(mean_hours) * 3.6e9) +
                                           1'000'000);
        if (later < ground_.clock.now()) return later;
        const auto left = static_cast<double>((ground_.clock.now() - at).count());
        return at + std::chrono::microseconds(static_cast<std::int64_t>(random_.fraction() * left));
    }

    void plan_post(const DemoPost& script) {
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

    void plan_comments(const DemoPost& script, const PostId& post_id, Time at) {
        auto& ids = comment_ids_[&script];
        ids.resize(script.comments.size());
        for (std::size_t i = 0; i < script.comments.size(); ++i) {
            const auto& comment = script.comments[i];
            at = after(at, 0.7);
            plan(at, [this, &comment, &post_id, &ids, i] {
                comments::CommentCreate in{.post_id = post_id, .content = std::string(comment.text)};
                if (comment.answers >= 0)
                    in.parent_comment_id = ids[static_cast<std::size_t>(comment.answers)];
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

    void plan_marks(const DemoPost& script, const PostId& post_id, Time at) {
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
                plan(after(at, 8),
                     [this, me, &post_id] { if_visible([&] { posts_.share(me(), post_id); }); });
            }
        }
    }

    void plan_repost(const DemoRepost& script) {
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

    void plan_chat(const DemoChat& script) {
        auto at = moment(script.days_ago);
        auto& state = chats_[&script];
        if (!script.group.empty()) {
            plan(at, [this, &script, &state] {
                groups::GroupCreate in;
                in.name = script.group;
                in.description = script.description;
                in.member_ids.emplace();
                for (const auto person : script.people) in.member_ids->push_back(caller(person).id.str());
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
                    parts.changes.react(caller(line.reaction_by),
                                        {sent.message_id, std::string(line.reaction)});
                // Whoever takes part reads along; the login leaves the last lines for later.
                for (const auto person : script.people) {
                    const bool waits = person == demo_people().front().username &&
                                       static_cast<int>(i) >= std::ssize(script.lines) - script.unread;
                    if (person != line.by && !waits)
                        parts.reading.read_all(caller(person), sent.conversation_id);
                }
            });
        }
    }

    // When everything is written that it holds.
    void plan_collection(const DemoCollection& script) {
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

    void plan_community(const DemoCommunity& script) {
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

    // For the login to find among its scheduled posts.
    void schedule() {
        clock_.set(ground_.clock.now());
        scheduled_posts::PostSchedule in;
        in.content = "Two weeks in. Next week: my second loaf, live from the oven. #baking";
        in.scheduled_time = clock_.now() + std::chrono::days(2);
        scheduled_posts_.schedule(caller(demo_people().front().username), in);
    }

    void play() {
        std::ranges::stable_sort(actions_, {}, &Action::at);
        for (const auto& action : actions_) {
            clock_.set(action.at);
            action.run();
        }
    }

    // Chance also picks people who may not see a post: then they do nothing.
    template <class F>
    static void if_visible(F f) {
        try {
            f();
        } catch (const Error& refused) {
            if (refused.kind != ErrorKind::not_authorized && refused.kind != ErrorKind::not_found) throw;
        }
    }

    const DemoGround& ground_;
    DemoClock clock_;
    IdSource ids_;
    users::UsersService users_;
    media::MediaService media_;
    posts::PostsService posts_;
    comments::CommentsService comments_;
    scheduled_posts::ScheduledPostsService scheduled_posts_;
    communities::CommunitiesService communities_;
    collections::CollectionsService collections_;
    messages::MessagesService messages_;
    groups::GroupsService groups_;
    std::unique_ptr<users::PictureStore> picture_store_;
    Scratch scratch_;
    Random random_{20'260'101, "demo"};

    std::map<std::string, Caller> callers_;
    std::map<const DemoPost*, MediaId> media_of_;
    std::map<const DemoPost*, PostId> post_ids_;
    std::map<const DemoPost*, std::vector<CommentId>> comment_ids_;
    struct ChatState {
        messages::SendTarget target;
        messages::MessageId last;
    };
    std::map<const DemoChat*, ChatState> chats_;
    std::map<const DemoCommunity*, CommunityId> community_ids_;
    std::vector<Action> actions_;
};

}  // namespace

bool is_empty(db::Database& db) {
    return db.read(
        [](db::Read& tx) { return tx.value<std::int64_t>(sql::seed::count_users{.limit = 1}) == 0; });
}

DemoLogin seed_demo(const DemoGround& ground) { return Demo(ground).run(); }

std::vector<MediaId> upload_pictures(media::MediaService& media, const UserId& owner,
                                     const std::vector<std::string>& save_drawings_command) {
    constexpr std::size_t kPictures = 8;
    auto drawings = post_drawings();
    drawings.resize(kPictures);
    const Scratch scratch(media.upload_directory());
    save_drawings(drawings, scratch.path, save_drawings_command);
    std::vector<MediaId> out;
    for (const auto& drawing : drawings) {
        auto file = uploaded(scratch.path / drawing.file);
        out.push_back(media.upload(owner, file, media::kPostUse));
    }
    return out;
}

}  // namespace grover::seed
