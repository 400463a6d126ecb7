#!/usr/bin/env python3
"""The program of tests/example/chat.cpp, compiled as it stands, and two clients that know HTTP long-polling only.

usage: chat_test.py PROGRAM"""
import json
import subprocess
import sys
import urllib.request

program = subprocess.Popen([sys.argv[1], "0"], stdout=subprocess.PIPE, text=True)
port = program.stdout.readline().split()[-1]
base = f"http://127.0.0.1:{port}/socket.io/?EIO=4&transport=polling"


def ask(url, body=None):
    with urllib.request.urlopen(urllib.request.Request(url, body and body.encode()), timeout=10) as answer:
        return answer.read().decode()


class Client:
    def __init__(self, auth):
        self.url = f"{base}&sid={json.loads(ask(base)[1:])['sid']}"
        self.got = []
        self.say("40" + json.dumps(auth))

    def say(self, text):
        assert ask(self.url, text) == "ok"

    def hear(self):
        while not self.got:
            self.got = [p for p in ask(self.url).split("\x1e") if p != "2"]
        return self.got.pop(0)


def same(got, wanted):
    assert got == wanted, f"{got}, not {wanted}"


try:
    same(Client({}).hear(), '44{"message":"a chat needs a name"}')
    ada, bob = Client({"name": "Ada"}), Client({"name": "Bob"})
    assert ada.hear().startswith('40{"sid":"') and bob.hear().startswith('40{"sid":"')
    ada.say('421["join","library"]')
    same(ada.hear(), '431[["Ada"]]')
    bob.say('421["say","library","let me in"]')
    same(bob.hear(), "431[false]")
    bob.say('422["join","library"]')
    same(bob.hear(), '432[["Ada","Bob"]]')
    same(ada.hear(), '42["joined","library","Bob"]')
    bob.say('423["say","library","grüß dich",{"1":[2.50]}]')
    same(bob.hear(), "433[true]")
    same(ada.hear(), '42["said","Bob","library","grüß dich",{"1":[2.50]}]')
    program.terminate()
    same(program.wait(5), 0)
    print("two clients chatted")
finally:
    program.kill()
