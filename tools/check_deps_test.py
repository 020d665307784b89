"""Each story lays out a small tree with one wrong include and expects exactly that one to be refused."""
import pathlib
import tempfile
import unittest

import check_deps

TREE = {
    "CMakeLists.txt": "foreach(module\n    base db http)\nforeach(domain\n    users posts media)\n",
    "platform/base/CMakeLists.txt": "grover_module(NAME platform_base SOURCES id.cpp)",
    "platform/db/CMakeLists.txt": "grover_module(NAME platform_db SOURCES db.cpp USES platform_base PKG sqlite3)",
    "platform/db/db.cpp": '#include <sqlite3.h>\n#include "platform/db/db.hpp"\n#include "platform/base/id.hpp"\n',
    "platform/http/CMakeLists.txt": "grover_module(NAME platform_http SOURCES a.cpp USES platform_base)",
    "domains/users/CMakeLists.txt": "grover_module(NAME domains_users SOURCES a.cpp SQL users.sql USES platform_db)",
    "domains/users/users.cpp": '#include "platform/base/id.hpp"\n#include "sql/users.hpp"\n',
    "domains/posts/CMakeLists.txt": "grover_module(NAME domains_posts SOURCES a.cpp\n"
    "  USES domains_users # and all below\n  TEST_USES platform_http)",
    "domains/posts/posts.cpp": '#include "domains/users/users.hpp"\n#include "platform/db/db.hpp"\n',
    "domains/posts/posts_test.cpp": '#include "testing/world.hpp"\n#include "platform/http/api.hpp"\n',
    "domains/media/CMakeLists.txt": "grover_module(NAME domains_media SOURCES a.cpp USES domains_users)",
    "domains/media/images.cpp": "#include <vips/vips.h>\n",
    "app/app.cpp": '#include "domains/posts/posts_store.hpp"\n',
}


class DependencyDirections(unittest.TestCase):
    def found(self, changes):
        with tempfile.TemporaryDirectory() as folder:
            src = pathlib.Path(folder)
            for name, text in {**TREE, **changes}.items():
                (src / name).parent.mkdir(parents=True, exist_ok=True)
                (src / name).write_text(text)
            return check_deps.violations(src)

    def refuses(self, changes, *expected):
        found = self.found(changes)
        self.assertEqual(len(found), len(expected), found)
        for line, words in zip(found, expected):
            self.assertIn(words, line)

    def test_the_right_way_is_accepted(self):
        self.refuses({})

    def test_platform_includes_no_domain(self):
        self.refuses(
            {"platform/http/a.cpp": '#include "domains/users/users.hpp"\n'},
            "src/platform/http/a.cpp:1: domains/users/users.hpp: platform knows no domain",
        )

    def test_nobody_below_includes_app(self):
        self.refuses({"domains/users/a.cpp": '#include "app/app.hpp"\n'}, "app is included by nobody")
        self.refuses({"platform/db/a.cpp": '#include "app/app.hpp"\n'}, "app is included by nobody")

    def test_what_is_not_listed_is_refused(self):
        self.refuses({"domains/posts/a.cpp": '\n#include "platform/http/api.hpp"\n'}, "a.cpp:2:")
        self.refuses({"domains/posts/a.cpp": '#include "domains/media/media.hpp"\n'}, "does not list domains/media")

    def test_of_another_domain_only_the_public_header(self):
        self.refuses({"domains/posts/a.cpp": '#include "domains/users/users_store.hpp"\n'}, "users/users.hpp only")

    def test_statements_belong_to_their_folder(self):
        self.refuses({"domains/posts/a.cpp": '#include "sql/users.hpp"\n'}, "statements of another folder")

    def test_arrows_do_not_point_up(self):
        self.refuses(
            {"domains/users/CMakeLists.txt": "grover_module(NAME domains_users SQL users.sql\n"
             "  USES platform_db domains_posts)"},
            "uses domains/posts, which stands above domains/users",
        )
        self.refuses(
            {"platform/base/CMakeLists.txt": "grover_module(NAME platform_base USES domains_users)"},
            "uses domains/users, which stands above platform/base",
        )

    def test_a_folder_outside_the_order_is_refused(self):
        self.refuses({"domains/polls/CMakeLists.txt": "grover_module(NAME domains_polls)"}, "no place in the order")

    def test_heavy_headers_stay_in_platform_sources(self):
        for header in ("boost/asio.hpp", "boost/json.hpp", "libpq-fe.h", "curl/curl.h", "vips/vips.h", "sqlite3.h"):
            include = f"#include <{header}>\n"
            self.refuses({"platform/db/db.hpp": include}, "heavy header")
            self.refuses({"domains/posts/a.cpp": include}, "heavy header")
            self.refuses({"platform/db/a.cpp": include})
        self.refuses({"domains/media/media.hpp": "#include <vips/vips.h>\n"}, "heavy header")
        self.refuses({"domains/media/a.cpp": "#include <sqlite3.h>\n"}, "heavy header")

    def test_a_private_heavy_header_is_for_the_sources_of_its_folder(self):
        heavy = {"platform/db/socket_asio.hpp": "#include <boost/asio.hpp>\n"}
        include = '#include "platform/db/socket_asio.hpp"\n'
        self.refuses(heavy | {"platform/db/a.cpp": include, "platform/db/b_asio.hpp": include})
        self.refuses(heavy | {"platform/db/db.hpp": include}, "own folder")
        self.refuses(heavy | {"platform/http/a.cpp": include}, "own folder")
        self.refuses({"domains/posts/a_asio.hpp": "#include <boost/asio.hpp>\n"}, "heavy header")

    def test_includes_are_rooted(self):
        self.refuses({"domains/posts/a.cpp": '#include "posts_store.hpp"\n'}, "rooted at src/")

    def test_only_tests_include_testing(self):
        self.refuses({"domains/posts/a.cpp": '#include "testing/world.hpp"\n'}, "only tests")


if __name__ == "__main__":
    unittest.main()
