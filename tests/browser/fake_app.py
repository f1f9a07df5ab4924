"""An app for tests: speaks Textual's packets, shows its own words and what is typed, and can be naughty.

Called as `fake_app.py NOTE [--read-only] [WAY]`; it writes its process number into a file below NOTE. Ways: deaf (leaves for
no word and no signal), mute (fails before it shows anything), babble (says what no app says), doors (asks to open addresses
and to hand out a file), upload (starts a process that must outlive everything).
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

NOTE, WORDS = Path(sys.argv[1]), sys.argv[2:]


def say(letter: bytes, payload: bytes) -> None:
    sys.stdout.buffer.write(letter + len(payload).to_bytes(4, "big") + payload)
    sys.stdout.buffer.flush()


def misbehave() -> None:
    if "deaf" in WORDS:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
    if "mute" in WORDS:
        sys.exit("recon: Settings need attention: canary words")
    if "babble" in WORDS:
        sys.stdout.buffer.write(b"X\xff\xff\xff\xffthis is no packet")
        sys.stdout.buffer.flush()
    if "doors" in WORDS:
        say(b"M", json.dumps({"type": "open_url", "url": "http://evil.example/", "new_tab": True}).encode())
        say(b"M", json.dumps({"type": "deliver_file_start", "key": "k", "path": "/etc/passwd"}).encode())
        say(b"P", b"l13:deliver_chunk1:k4:dataE")
        say(b"M", b"[no json")
    if "upload" in WORDS:
        upload = [sys.executable, "-c", "import time; time.sleep(600)"]
        going = subprocess.Popen(upload, start_new_session=True, stdout=-3, stderr=-3, stdin=-3)
        (NOTE / "upload").write_text(str(going.pid))


def main() -> None:
    (NOTE / f"pid-{os.getpid()}").touch()
    if "mute" not in WORDS:
        sys.stdout.buffer.write(b"something else first\n__GANGLION__\n")
    misbehave()
    say(b"D", ("READ-ONLY" if "--read-only" in WORDS else "may write").encode())
    while head := sys.stdin.buffer.read(5):
        payload = sys.stdin.buffer.read(int.from_bytes(head[1:], "big"))
        if head[:1] == b"D":
            say(b"D", b"typed " + payload)
        elif json.loads(payload)["type"] == "quit":
            say(b"M", b'{"type": "exit"}')
            break
        else:
            say(b"D", b"told " + payload)
    while "deaf" in WORDS:
        signal.pause()


main()
