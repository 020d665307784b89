// The endpoints of stories.
#include "domains/stories/archive_api.hpp"

namespace grover::stories {

void add_stories_api(Api& api, StoriesService& stories, bool is_enabled) {
    if (!is_enabled) {
        for (const auto* path : {"/stories", "/messages/forward-to-story", "/users/{user_id}/highlights"})
            api.switch_off(path, "Stories are disabled");
    }
    auto& s = stories;
    api.on<StoryCreate>([&](const Caller& me, StoryCreate& in) { return s.create(me, in); });
    api.on<ForwardToStory>([&](const Caller& me, const ForwardToStory& in) { return s.forward(me, in); });
    api.on<StoryList>([&](const Caller& me, const StoryList& in) { return s.list(me, in); });
    api.on<OwnStoryList>([&](const Caller& me, const OwnStoryList& in) {
        std::string next;
        auto own = s.own(me, in.page, next);
        return api::WithNext<OwnStories>{std::move(own), std::move(next)};
    });
    api.on<StoryView>([&](const Caller& me, const StoryView& in) { return s.view(me, in.story_id); });
    api.on<StoryViewers>([&](const Caller& me, const StoryViewers& in) {
        std::string next;
        auto viewers = s.viewers(me, in, next);
        return api::WithNext<Viewers>{std::move(viewers), std::move(next)};
    });
    api.on<StoryReact>([&](const Caller& me, const StoryReact& in) { return s.react(me, in); });
    api.on<StoryReply>([&](const Caller& me, const StoryReply& in) { return s.reply(me, in); });
    api.on<StoryHighlight>([&](const Caller& me, const StoryHighlight& in) { return s.highlight(me, in); });
    api.on<HighlightsGet>([&](const Caller& me, const HighlightsGet& in, api::Reply& reply) {
        bool is_private = false;
        auto highlights = s.highlights(me, in.user_id, is_private);
        if (is_private) reply.header("X-Account-Private", "true");
        return highlights;
    });
    api.on<StoryDelete>([&](const Caller& me, const StoryDelete& in) { return s.remove(me, in.story_id); });
    api.on<StoryArchive>(
        [&](const Caller& me, const StoryArchive& in) { return s.archive(me, in.story_id); });
    api.on<ArchiveList>([&](const Caller& me, const ArchiveList& in) {
        std::string next;
        auto archives = s.archives(me, in, next);
        return api::WithNext<Archives>{std::move(archives), std::move(next)};
    });
    api.on<ArchiveDelete>(
        [&](const Caller& me, const ArchiveDelete& in) { return s.remove_archive(me, in.archive_id); });
    api.on<ArchiveRestore>(
        [&](const Caller& me, const ArchiveRestore& in) { return s.restore(me, in.archive_id); });
}

}  // namespace grover::stories
