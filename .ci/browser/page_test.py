"""The page at / and /docs in a real browser, on the server's jar.

Needs chromium, chromedriver and registry-http/target/model-splitter-server.jar.
"""

import hashlib
import json
import pathlib
import tempfile
import unittest
import urllib.parse

from server import Server, with_runners
from webdriver import Browser, wait

EVIL_IMAGE = "<img src=x onerror=\"document.title='owned';alert(1)\">"
EVIL_SCRIPT = '"><script>document.title="owned";alert(2)</script>'
EVIL_TURN = "gpt2\u202egnp.exe\u2066\u200b"
LONG = "n" * 10_000


def fragment(view, **options):
    return f"#{view}?{urllib.parse.urlencode(options)}"


class BrowserTest(unittest.TestCase):
    """One browser for all; each test has its own server and looks at what the console said."""

    @classmethod
    def setUpClass(cls):
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)
        cls.browser.look(1200, 800, "light")

    def serve(self, *options, **settings):
        return self.enterContext(Server(*options, **settings))

    def open(self, server, hash_part=""):
        self.browser.open("about:blank")  # a new fragment alone would load nothing anew
        self.browser.console()
        self.browser.open(server.url + "/" + hash_part)

    def rows(self):
        return self.browser.run(
            "return [...document.querySelectorAll('#records tbody tr')].map(row => row.innerText)")

    def wait_rows(self, number):
        wait(f"{number} rows", lambda: len(self.rows()) == number)

    def wait_text(self, selector, text):
        wait(f"{selector} says {text!r}", lambda: text in self.browser.text(selector))

    def focused(self):
        """What has the focus, as a person with a screen reader would hear it."""
        return self.browser.run("return document.activeElement.innerText?.trim()"
                                " || document.activeElement.id")

    def tab_to(self, name):
        """Goes on by Tab alone until this has the focus."""
        for _ in range(60):
            if name in self.focused():
                outline = self.browser.run(
                    "return getComputedStyle(document.activeElement).outlineStyle")
                self.assertNotEqual("none", outline, f"the focus on {name} is not seen")
                return
            self.browser.press("tab")
        self.fail(f"Tab never came to {name}")

    def assert_quiet(self, *expected):
        """The console has nothing but what was expected, each a part of a line."""
        said = [line for line in self.browser.console()
                if not any(part in line for part in expected)]
        self.assertEqual([], said)
        self.assertFalse(self.browser.has_alert())


class PageTest(BrowserTest):
    def test_hostile_names_are_text(self):
        server = self.serve()
        server.layer("evil-1", asset=EVIL_IMAGE, url="javascript:document.title='owned'",
                     metadata=[{"asset_id": EVIL_SCRIPT}, {"asset_id": EVIL_TURN},
                               {"asset_id": LONG}, {"parameters": 1234567890123456789}])
        server.layer("evil-2", url="data:text/html,<script>alert(3)</script>")
        server.layer("good", url="https://example.com/good?a=1&b=2")
        task = server.task(EVIL_SCRIPT, EVIL_IMAGE)
        server.report(task, "in_progress", progress="<b>1</b>", message=EVIL_IMAGE, phase=LONG)
        server.send("POST", "/blocks", {
            "id": "evil", "blockUri": "javascript:alert(4)", "tags": [EVIL_SCRIPT, LONG, {"a": 1}],
            "componentUri": {"__proto__": {"a": EVIL_IMAGE}},
            "blockInitData": {"layerHash": "evil-1", "rank": EVIL_TURN}, "constructor": 1})
        server.send("POST", "/blocks", {"id": "odd", "tags": EVIL_IMAGE, "blockInitData": "no"})

        self.open(server, "#layers")
        self.wait_rows(3)
        first = self.rows()[0]
        self.assertIn(EVIL_IMAGE, first)
        self.assertIn(EVIL_SCRIPT, first)
        self.assertIn("gpt2\\u202egnp.exe\\u2066\\u200b", first)
        self.assertIn("javascript:document.title='owned'", first)
        self.assertIn("shared by 4 models", first)
        self.assertLess(len(first), 1000)
        self.assertEqual(["https://example.com/good?a=1&b=2"], self.browser.run(
            "return [...document.querySelectorAll('#records a[target]')].map(a => a.href)"))
        self.assertEqual(["noopener noreferrer"], self.browser.run(
            "return [...document.querySelectorAll('#records a[target]')].map(a => a.rel)"))
        self.browser.click("details summary")
        self.wait_text("pre", "1234567890123456789")
        self.assertIn("gpt2\\u202egnp.exe\\u2066\\u200b", self.browser.text("pre"))
        self.assertIn(LONG, self.browser.text("pre"))
        self.assert_harmless()

        self.browser.open(server.url + "/#tasks")
        self.wait_rows(1)
        self.assertIn(EVIL_SCRIPT, self.rows()[0])
        self.assertEqual(2, self.rows()[0].count(EVIL_IMAGE))
        self.assert_harmless()

        self.browser.open(server.url + "/#blocks")
        self.wait_rows(2)
        self.assertIn(EVIL_SCRIPT, self.rows()[0])
        self.assertIn("javascript:alert(4)", self.rows()[0])
        self.assert_harmless()
        self.assert_quiet()

    def assert_harmless(self):
        """Nothing in the page is an element of somebody else's, nor wider than the page."""
        self.assertNotIn("owned", self.browser.run("return document.title"))
        self.assertEqual(0, self.browser.run(
            "return document.querySelectorAll('main img, main script, main b').length"))
        self.assertTrue(self.browser.run(
            "return document.documentElement.scrollWidth <= innerWidth"))
        self.assertEqual([], self.browser.run(
            "return [...document.querySelectorAll('a')].map(a => a.protocol)"
            ".filter(it => it !== 'http:' && it !== 'https:')"))

    def test_filter_sort_and_pages_are_in_the_address(self):
        server = self.serve()
        for i in range(25):
            server.layer(f"layer-{i:02}", rank=i, world=30, metadata=[{"precision": f"fp{i % 2}"}])
        self.open(server)
        self.wait_rows(20)
        self.wait_text("#summary", "20 layers on this page")
        self.browser.click("#pages a")
        self.wait_rows(5)
        self.assertIn("layer-24", self.rows()[4])
        self.assertIn("after=", self.browser.url())

        self.browser.click("#filter")
        self.browser.press('{"model_layer_metadata.precision": "fp1"}', "enter")
        self.wait_rows(12)
        self.assertNotIn("after=", self.browser.url())
        self.browser.click("thead th:nth-child(2) a")
        wait("sorted", lambda: "layer-01" in self.rows()[0])
        self.browser.click("thead th:nth-child(2) a")
        wait("sorted from the end", lambda: "layer-23" in self.rows()[0])
        self.assertEqual("descending", self.browser.run(
            "return document.querySelector('thead th:nth-child(2)').getAttribute('aria-sort')"))

        kept = self.browser.url()
        self.browser.open("about:blank")
        self.browser.open(kept)
        self.wait_rows(12)
        self.assertIn("layer-23", self.rows()[0])
        self.assertEqual('{"model_layer_metadata.precision": "fp1"}', self.browser.run(
            "return document.getElementById('filter').value"))
        self.assert_quiet()

    def test_bad_filter_is_answered_in_the_servers_words(self):
        server = self.serve()
        server.layer("one")
        server.send("POST", "/blocks", {"id": "block", "query": {"a": 1}})
        self.open(server)
        self.wait_rows(1)
        self.browser.click("#filter")
        self.browser.press('{"a": {"$wrong": 1}}', "enter")
        self.wait_text("#refused", "$wrong")
        self.assertEqual([], self.rows())
        self.assertEqual("true", self.browser.run(
            "return document.getElementById('filter').getAttribute('aria-invalid')"))
        self.browser.open(server.url + "/" + fragment("layers", filter="{no JSON"))
        self.wait_text("#refused", "JSON")
        self.browser.open(server.url + "/" + fragment("layers", sort=","))
        self.wait_text("#refused", "sort must be")
        self.browser.open(server.url + "/#layers")
        self.wait_rows(1)
        self.assertEqual("", self.browser.text("#refused"))
        self.browser.open(server.url + "/" + fragment("blocks", filter='{"query": {"a": 1}}'))
        self.wait_rows(1)
        self.browser.open(server.url + "/" + fragment("blocks", filter='{"query": {"a": 2}}'))
        self.wait_text("#summary", "No block matches")
        self.assert_quiet("status of 400")

    def test_sharing_is_shown_and_leads_on(self):
        server = self.serve()
        server.layer("shared", metadata=[{"bytes": 36534448}])
        server.layer("other", asset="llama")
        server.send("PUT", "/model-layer/shared", {"$addToSet": {"model_layer_metadata": {
            "asset_id": "gpt2-chat", "rank": 0, "world_size": 2}}})
        server.send("POST", "/blocks", {"id": "block-1", "blockInitData": {"layerHash": "shared"}})
        task = server.task()
        server.report(task, "complete", layers=[{"model_layer_hash": "shared"}])
        self.open(server)
        self.wait_rows(2)
        shared = self.rows()[0]
        for part in ("shared by 2 models", "gpt2-base", "gpt2-chat", "block-1", task[:13], "37 MB",
                     "0 of 4"):
            self.assertIn(part, shared)
        self.assertNotIn("shared by", self.rows()[1])
        self.browser.click("#records .chip:nth-of-type(3) a")  # gpt2-chat, after the label
        self.wait_rows(1)
        self.assertIn("gpt2-chat", urllib.parse.unquote(self.browser.url()))
        self.browser.open(server.url + "/#tasks")
        self.wait_rows(1)
        self.assertIn("100 %", self.rows()[0])
        self.browser.click("#records a[href^='#layers']")
        self.wait_rows(1)
        self.assertIn("shared", self.rows()[0])
        self.assert_quiet()

    def test_progress_is_live_and_disturbs_nobody(self):
        server = self.serve()
        for i in range(20):
            server.task(f"model-{i}")
        task = server.task("mine")
        server.report(task, "in_progress", phase="main", progress=0.25, message="rank 1 of 4")
        self.open(server, fragment("tasks", limit=100, sort="task_create_timestamp"))
        self.wait_rows(21)
        self.browser.run("window.same = true; window.row = document.querySelector("
                         "'#records tbody tr:last-child'); row.querySelector('summary').focus()")
        self.browser.press("enter")
        self.wait_text("tbody tr:last-child pre", '"progress": 0.25')
        self.browser.run("scrollTo(0, 300)")
        place = self.browser.run("return scrollY")
        server.report(task, "in_progress", phase="main", progress=0.625, message="rank 2 of 4")
        self.wait_text("tbody tr:last-child", "62 %")
        self.wait_text("tbody tr:last-child pre", '"progress": 0.625')
        self.assertEqual([True, True, True, place, 0.625], self.browser.run(
            "const last = document.querySelector('#records tbody tr:last-child');"
            "return [window.same, last === window.row,"
            " document.activeElement === last.querySelector('summary'), scrollY,"
            " last.querySelector('progress').value]"))
        server.report(task, "complete", layers=[])
        self.wait_text("tbody tr:last-child", "100 %")
        server.task("newest")
        self.wait_rows(22)
        self.browser.click("#pause")
        self.wait_text("#state", "Paused")
        self.browser.click("#pause")
        self.wait_text("#state", "Live")
        self.assert_quiet()

    def test_keyboard_alone_is_enough(self):
        server = self.serve()
        server.task("one")
        server.task("two")
        self.open(server)
        self.wait_text("#summary", "no layers")
        self.browser.press("tab")
        self.assertIn("Skip", self.focused())
        self.tab_to("Tasks")
        self.browser.press("enter")
        self.wait_rows(2)
        self.assertEqual("Tasks", self.browser.text("nav a[aria-current]"))
        self.tab_to("filter")
        self.browser.press('{"task_data.model_name": "two"}', "enter")
        self.wait_rows(1)
        self.assertEqual("filter", self.focused())
        self.tab_to("JSON")
        self.browser.press("space")
        self.wait_text("pre", '"model_name": "two"')
        self.browser.press("tab")
        self.assertIn('"model_name": "two"', self.focused())
        self.browser.press(("shift", "tab"), "enter")
        wait("the record is closed", lambda: not self.browser.run(
            "return document.querySelector('details').open"))
        self.assert_quiet()

    def test_token_is_asked_for_and_kept_for_the_tab(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        tokens = {role: f"{role}-token" for role in ("read", "write")}
        (folder / "tokens").write_text("".join(
            f"{role} {hashlib.sha256(token.encode()).hexdigest()}\n"
            for role, token in tokens.items()))
        server = self.serve("--token-file", str(folder / "tokens"), token=tokens["write"])
        server.layer("secret")
        self.open(server)
        self.wait_text("#access-reason", "asks for a token")
        self.assertEqual([], self.rows())
        self.browser.click("#token")
        self.browser.press("wrong", "enter")
        self.wait_text("#access-reason", "not taken")
        self.browser.press("with space", "enter")
        self.wait_text("#access-reason", "without spaces")
        self.browser.press(tokens["read"], "enter")
        self.wait_rows(1)
        self.wait_text("#access-reason", "in use")
        self.browser.reload()
        self.wait_rows(1)
        self.assertEqual([[tokens["read"]], 0, "", ""], self.browser.run(
            "return [Object.values(sessionStorage), localStorage.length, document.cookie,"
            " document.getElementById('token').value]"))
        self.assertNotIn("token", self.browser.url())
        self.assertNotIn(tokens["read"], self.browser.run("return document.body.innerHTML"))
        self.browser.click("#forget")
        self.wait_text("#access-reason", "asks for a token")
        self.assertEqual([[], []], [self.rows(), self.browser.run(
            "return Object.values(sessionStorage)")])
        self.assert_quiet("status of 401")

    def test_server_that_goes_and_comes_back(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        with Server(folder=folder) as server:
            server.layer("kept")
            self.open(server)
            self.wait_rows(1)
        self.wait_text("#summary", "cannot be reached")
        self.assertEqual("Not reached", self.browser.text("#state"))
        self.assertEqual(1, len(self.rows()))
        self.serve(folder=folder, port=server.port)
        self.wait_text("#state", "Live")
        self.assertEqual("1 layer", self.browser.text("#summary"))
        self.assert_quiet("ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE",
                          "ERR_SOCKET_NOT_CONNECTED")

    def test_split_runners_are_shown_and_found_by_tag(self):
        server = self.serve(command=with_runners())
        server.runner("runner.example.com", tags=["gpu", EVIL_SCRIPT], region=EVIL_IMAGE)
        server.runner("other.example.com")
        self.open(server, "#runners")
        self.wait_rows(2)
        self.assertIn(EVIL_SCRIPT, self.rows()[0])
        self.assertRegex(self.rows()[0], "http://runner.example.com:[0-9]+")
        self.browser.click("#records .chip a")
        self.wait_rows(1)
        self.assertIn("gpu", urllib.parse.unquote(self.browser.url()))
        self.browser.click("summary")
        self.wait_text("pre", '"region": "<img src=x')
        self.assert_harmless()
        self.assert_quiet()

    def test_registry_that_is_not_served_is_said(self):
        server = self.serve("--role", "runner")
        for view, name in (("layers", "layers"), ("tasks", "tasks"),
                           ("runners", "split runners"), ("blocks", "blocks")):
            self.open(server, "#" + view)
            self.wait_text("#summary", f"does not serve {name}")
        self.assert_quiet("status of 404")

    def test_every_view_fits_its_screen(self):
        server = self.serve()
        server.layer("a" * 128, asset="b" * 200, metadata=[{"asset_id": "c" * 300}])
        server.report(server.task("d" * 300), "in_progress", progress=0.5, message="e" * 500)
        server.send("POST", "/blocks", {"id": "f" * 128, "tags": ["g" * 200] * 10})
        self.addCleanup(self.browser.look, 1200, 800, "light")
        for width, scheme in ((360, "light"), (1030, "dark")):  # cards, and a table
            self.browser.look(width, 740, scheme)
            for view in ("layers", "tasks", "blocks"):
                self.open(server, "#" + view)
                self.wait_rows(1)
                self.browser.click("summary")
                self.wait_text("pre", "{")
                self.assertLessEqual(self.browser.run(
                    "return document.documentElement.scrollWidth"), width, view)
        self.assert_quiet()


class DocumentationTest(BrowserTest):
    def test_docs_show_every_endpoint(self):
        server = self.serve()
        self.browser.console()
        self.browser.open(server.url + "/docs")
        self.wait_text("#contents", "Model layers")
        count = self.browser.run(
            "return fetch('/openapi.json').then(it => it.json()).then(api =>"
            " Object.values(api.paths).flatMap(item => Object.keys(item))"
            ".filter(key => key !== 'parameters').length)")
        self.assertEqual(count, self.browser.run(
            "return document.querySelectorAll('summary .method').length"))
        self.browser.click("#queryModelLayers summary")
        self.wait_text("#queryModelLayers", "Without `limit` every match is streamed")
        self.assert_quiet()


if __name__ == "__main__":
    unittest.main(verbosity=2)
