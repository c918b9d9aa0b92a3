"""A server in a process of its own, on an empty folder."""

import http.client
import json
import pathlib
import subprocess
import tempfile
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
JAR = ROOT / "registry-http/target/model-splitter-server.jar"


def with_runners():
    """The command of a server that deploys split runners without a cluster."""
    [tests] = (ROOT / "sdk-core/target").glob("*-tests.jar")
    return ["-cp", f"{JAR}:{tests}", str(pathlib.Path(__file__).with_name("RunnerServer.java"))]


class Server:
    """Use as a context; port 0 takes a free one."""

    def __init__(self, *options, port=0, folder=None, token=None, command=None):
        self._made = None if folder else tempfile.TemporaryDirectory()
        self._folder = folder or self._made.name
        self._command = command or ["-jar", str(JAR), "--port", str(port), *options]
        self._token = token

    def __enter__(self):
        self._process = subprocess.Popen(
            ["java", "-Xmx256m", *self._command],
            cwd=self._folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        line = self._process.stdout.readline()
        if not line.startswith("listening on "):
            self.__exit__()
            raise AssertionError(f"the server did not start: {line!r}")
        self.url = line.removeprefix("listening on ").strip()
        self.port = urllib.parse.urlparse(self.url).port
        return self

    def __exit__(self, *unused):
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(30)
            raise
        finally:
            self._process.stdout.close()
            if self._made:
                self._made.cleanup()

    def send(self, method, path, body):
        """Sends JSON, and answers what is answered, which must be a success."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        try:
            connection.request(method, path, json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        if answer.status // 100 != 2:
            raise AssertionError(f"{method} {path}: {answer.status} {text}")
        said = json.loads(text)
        return said.get("data", said)

    def layer(self, layer_hash, asset="gpt2-base", url=None, metadata=(), rank=0, world=4):
        return self.send("POST", "/model-layer", {
            "model_layer_hash": layer_hash, "model_asset_id": asset,
            "model_component_registry_uri": "registry://component/decoder",
            "model_layer_public_url": url or "https://example.com/" + layer_hash,
            "model_layer_metadata": list(metadata),
            "model_layer_rank": rank, "model_world_size": world,
        })

    def task(self, name="gpt2", kind="model_splits"):
        """The id of a new task."""
        body = {"task_type": kind, "task_data": {"model_name": name}}
        return self.send("POST", "/task", body)["task_id"]

    def report(self, task, status, **data):
        body = {"task_id": task, "status": status, "task_status_data": data}
        return self.send("POST", "/task_update", body)

    def runner(self, host, **metadata):
        return self.send("POST", "/split-runner", {
            "split_runner_public_host": host, "split_runner_tags": metadata.pop("tags", []),
            "split_runner_metadata": metadata, "cluster_k8s_config": {"server": "https://cluster"},
        })
