"""A Superset of one's own, from nothing to a dashboard that was imported."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import requests

BIN = os.path.dirname(sys.executable)


def free_port():
    """Returns a port on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Superset:
    """The program, with everything that it keeps in one folder."""

    def __init__(self, home):
        self.home = home
        self.process = None
        self.url = "http://127.0.0.1:%d" % free_port()
        self.environment = dict(
            os.environ, SUPERSET_HOME=home, TZ="UTC", FLASK_APP="superset",
            SUPERSET_SECRET_KEY=secrets.token_hex(32),
            SUPERSET_CONFIG_PATH=os.path.join(os.path.dirname(__file__),
                                              "superset_config.py"))

    def call(self, *words):
        """Runs a command of its command line."""
        with open(os.path.join(self.home, "commands.log"), "a") as log:
            subprocess.run([os.path.join(BIN, "superset"), *words],
                           env=self.environment, cwd=self.home, check=True,
                           stdout=log, stderr=log)

    def set_up(self, users):
        """Makes its own tables, and users as (name, password, role)."""
        self.call("db", "upgrade")
        self.call("init")
        for name, password, role in users:
            self.call("fab", "create-user", "--username", name, "--firstname",
                      name.capitalize(), "--lastname", "Sample", "--email",
                      name + "@example.com", "--password", password, "--role",
                      role)

    def start(self):
        """Starts the server, and waits until it answers."""
        log = open(os.path.join(self.home, "server.log"), "w")
        self.process = subprocess.Popen(
            [os.path.join(BIN, "superset"), "run", "--with-threads", "-p",
             self.url.rsplit(":", 1)[1]],
            env=self.environment, cwd=self.home, stdout=log, stderr=log)
        while not self.answers():
            if self.process.poll() is not None:
                raise RuntimeError("Superset did not start")
            time.sleep(0.2)

    def answers(self):
        """Tells whether the server is up."""
        try:
            return urllib.request.urlopen(self.url + "/health").status == 200
        except urllib.error.URLError:
            return False

    def stop(self):
        """Ends the server."""
        if self.process:
            self.process.terminate()
            self.process.wait()

    def import_dashboard(self, folder, user, password, database, uri,
                         database_password):
        """Imports a folder as a person does: packed, with the address of the
        database in place of the one it came with, and its password."""
        copy = os.path.join(self.home, "import", "dashboard")
        shutil.copytree(folder, copy)
        path = os.path.join(copy, database)
        with open(path) as file:
            lines = file.read().splitlines()
        with open(path, "w") as file:
            for line in lines:
                if line.startswith("sqlalchemy_uri:"):
                    line = "sqlalchemy_uri: " + uri
                file.write(line + "\n")
        packed = shutil.make_archive(copy, "zip", os.path.dirname(copy),
                                     "dashboard")
        with open(packed, "rb") as file:
            self.post("/api/v1/dashboard/import/", self.token(user, password),
                      files={"formData": ("dashboard.zip", file)},
                      data={"passwords": json.dumps(
                          {database: database_password})})

    def token(self, user, password):
        """Signs in to the REST interface."""
        return self.post("/api/v1/security/login", None,
                         json={"username": user, "password": password,
                               "provider": "db"})["access_token"]

    def post(self, path, token, **body):
        """Sends a request, and returns the answer."""
        headers = {"Authorization": "Bearer " + token} if token else {}
        answer = requests.post(self.url + path, headers=headers, timeout=120,
                               **body)
        if answer.status_code != 200:
            raise RuntimeError("%s: HTTP %d, %s" % (path, answer.status_code,
                                                    answer.text))
        return answer.json()
