// Posts: what others may name. contract/posts.md.
//
// A list of posts, anywhere, is ids → PostViews::write; a page of one is PostLists::page. What a reader may do with one
// post PostGate says.
#pragma once

#include "domains/posts/posts_events.hpp"
#include "domains/posts/posts_facts.hpp"
#include "domains/posts/posts_gate.hpp"
#include "domains/posts/posts_index.hpp"
#include "domains/posts/posts_lists.hpp"
#include "domains/posts/posts_objects.hpp"
#include "domains/posts/posts_tallies.hpp"
#include "domains/posts/posts_views.hpp"
#include "domains/posts/posts_watch.hpp"
#include "domains/posts/posts_writing.hpp"
