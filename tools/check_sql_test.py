import pathlib
import tempfile
import unittest

import check_sql


class Unused(unittest.TestCase):
    def test_a_statement_nobody_sends_is_told(self):
        with tempfile.TemporaryDirectory() as folder:
            src = pathlib.Path(folder) / "src"
            src.mkdir()
            (src / "posts.sql").write_text("-- name: used\nSELECT 1;\n-- name: aliased\nSELECT 1;\n-- name: lonely\nSELECT 1;\n")
            (src / "posts.cpp").write_text("tx.exec(sql::posts::used{.a = 1}); tx.exec(q::aliased{});")
            self.assertEqual(list(check_sql.unused(src)), ["src/posts.sql: nobody sends lonely"])


if __name__ == "__main__":
    unittest.main()
