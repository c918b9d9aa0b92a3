"""A browser over the W3C WebDriver protocol, with Python's standard library only."""

import base64
import http.client
import json
import socket
import subprocess
import tempfile
import threading
import time

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the protocol's name of a reference
DEADLINE = 30

KEYS = {"tab": "\ue004", "enter": "\ue007", "shift": "\ue008", "space": " "}

ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]


class BrowserError(Exception):
    """The driver refused a command."""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def wait(what, condition):
    """Waits until a condition answers something, which is answered; tells what it waited for."""
    until = time.monotonic() + DEADLINE
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > until:
            raise AssertionError(f"{what}: not so within {DEADLINE} s")
        threading.Event().wait(0.05)


class Browser:
    """One headless Chromium with an empty profile."""

    def __init__(self, binary="/usr/bin/chromium", driver="chromedriver"):
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self._port = free_port()
        self._driver = subprocess.Popen(
            [driver, f"--port={self._port}", "--log-level=SEVERE"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._session = ""
        try:
            wait("chromedriver is ready", self._is_ready)
            options = {"binary": binary,
                       "args": ARGUMENTS + [f"--user-data-dir={self._profile.name}"]}
            made = self._send("POST", "/session", {"capabilities": {"alwaysMatch": {
                "browserName": "chrome",
                "goog:chromeOptions": options,
                "goog:loggingPrefs": {"browser": "ALL"},
                "unhandledPromptBehavior": "ignore",
            }}})
            self._session = "/session/" + made["sessionId"]
        except BaseException:
            self.close()
            raise

    def _is_ready(self):
        try:
            return self._send("GET", "/status")["ready"]
        except OSError:
            return False

    def close(self):
        try:
            if self._session:
                self._send("DELETE", self._session)
        finally:
            self._driver.terminate()
            self._driver.wait(DEADLINE)
            self._profile.cleanup()

    def _send(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=DEADLINE * 2)
        try:
            content = None if body is None else json.dumps(body)
            connection.request(method, path, content, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            value = json.loads(answer.read())["value"]
        finally:
            connection.close()
        if answer.status != 200:
            raise BrowserError(f"{method} {path}: {value['error']}: {value['message']}")
        return value

    def _do(self, path, body=None):
        return self._send("POST", self._session + path, {} if body is None else body)

    def open(self, url):
        self._do("/url", {"url": url})

    def url(self):
        return self._send("GET", self._session + "/url")

    def reload(self):
        self._do("/refresh")

    def run(self, script, *args):
        """Runs the body of a function, and answers what it returns."""
        return self._do("/execute/sync", {"script": script, "args": list(args)})

    def text(self, selector):
        """What a person reads there; empty where there is nothing."""
        return self.run("return document.querySelector(arguments[0])?.innerText ?? ''", selector)

    def find(self, selector):
        return self._do("/element", {"using": "css selector", "value": selector})[ELEMENT]

    def click(self, selector):
        self._do(f"/element/{self.find(selector)}/click")

    def press(self, *keys):
        """Presses keys one after another, by name or as text; (a, b) holds a and presses b."""
        actions = []
        for key in keys:
            held, last = key if isinstance(key, tuple) else (None, key)
            chord = [KEYS[held]] if held else []
            actions += [{"type": "keyDown", "value": each} for each in chord]
            for each in [KEYS[last]] if last in KEYS else last:
                actions += [{"type": "keyDown", "value": each}, {"type": "keyUp", "value": each}]
            actions += [{"type": "keyUp", "value": each} for each in chord]
        self._do("/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def has_alert(self):
        try:
            self._send("GET", self._session + "/alert/text")
            return True
        except BrowserError:
            return False

    def console(self):
        """What the console said since it was last asked."""
        return [f"{entry['level']}: {entry['message']}"
                for entry in self._do("/se/log", {"type": "browser"})]

    def look(self, width, height, scheme):
        """Makes the window so large, with the colours that a person prefers."""
        self._do("/goog/cdp/execute", {"cmd": "Emulation.setDeviceMetricsOverride", "params": {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}})
        self._do("/goog/cdp/execute", {"cmd": "Emulation.setEmulatedMedia", "params": {
            "features": [{"name": "prefers-color-scheme", "value": scheme}]}})

    def screenshot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self._send("GET", self._session + "/screenshot")))
