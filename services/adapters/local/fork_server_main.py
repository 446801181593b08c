"""The inside of the fork server: forks a child at every request, until the line on standard input ends.

It has one thread and never reads a document. A module that is asked for the first time is imported
before the fork, so that every later child has it at once. Nothing is caught: whatever goes wrong ends
the server, and its owner starts the child afresh, where the fault gets its sentence.
"""

import gc
import importlib
import json
import os
import socket

_MESSAGE_BYTES = 1024
_INPUT, _OUTPUT, _FIRST_OTHER = 0, 1, 3  # 2 is the null device


def main() -> None:
    """Answer one request after the other: 'fork' a child for a module, 'wait' for a child that has ended."""
    line = socket.socket(fileno=_INPUT)
    while True:
        message, files, _, _ = socket.recv_fds(line, _MESSAGE_BYTES, 1)
        if not message:
            return
        request = json.loads(message)
        if "fork" in request:
            answer = _fork(line, request["fork"], files[0])
        else:
            answer = os.waitstatus_to_exitcode(os.waitpid(request["wait"], 0)[1])
        line.sendall(str(answer).encode())


def _fork(line: socket.socket, name: str, stream: int) -> int:
    module = importlib.import_module(name)
    gc.freeze()  # the children share these objects' memory as long as no collection writes to them
    pid = os.fork()
    if pid == 0:
        _become_child(line, stream)
        module.main()
        os._exit(1)
    os.close(stream)
    return pid


def _become_child(line: socket.socket, stream: int) -> None:
    """Keep nothing of the server's but the null device: the document's socket is input and output."""
    line.detach()
    os.setsid()
    os.dup2(stream, _INPUT)
    os.dup2(stream, _OUTPUT)
    os.closerange(_FIRST_OTHER, os.sysconf("SC_OPEN_MAX"))


if __name__ == "__main__":
    main()
