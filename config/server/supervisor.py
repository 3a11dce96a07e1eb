"""
Supervisor of the worker processes: granian's server, with listening sockets that outlive the workers.

Granian gives each worker a socket of its own, so that what waits in a socket's queue is lost with its worker. Here the
main process owns the sockets; a worker that dies, or is renewed, leaves its queue to its successor.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.log import logger
from granian.net import SocketHolder
from granian.server.mp import MPServer, WorkerProcess

from . import service_manager

BACKLOG = 1024  # connections that wait for a worker; the kernel's limit (net.core.somaxconn) may be lower
STOP_SECONDS = 30  # a worker that is asked to stop has this time to answer its requests
READ_SECONDS = 1  # before that, it reads the requests on connections that it has accepted
LOAD_SECONDS = 120  # a new worker has this time to load the application
RETRY_SECONDS = 1
LOOK_SECONDS = 0.2  # how often the main process looks for signals
YOUNG_SECONDS = 10
MOST_FAILURES = 10  # workers in a row that die young


class Supervisor(MPServer):
    """Workers that share an address, are replaced when they die, renewed on SIGHUP, and end with the main process."""

    def __init__(self, application: str, sockets: list[socket.socket], workers: int, threads: int, address: str):
        super().__init__(
            application,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=threads,
            # Not "auto": while it finds out the version, a worker that stops drops the connection.
            http=HTTPModes.http1,
            websockets=False,
            workers_kill_timeout=STOP_SECONDS,
        )
        self.interrupt_signal = self.reload_signal = False
        self.interrupt_children: list[int] = []  # numbers of the workers that died
        self.readiness: dict[int, Connection] = {}  # of each number's newest worker, which says when it is ready
        self.failures = 0
        self.sockets = sockets
        self.address = address
        self.lifeline = os.pipe()  # nobody writes to it: workers notice its end, which is that of the main process

    @property
    def _bind_addr_fmt(self) -> str:
        return self.address

    def _init_shared_socket(self) -> None:
        """Do nothing, because the sockets are there already."""

    def _drop_shared_socket(self) -> None:
        for listener in self.sockets:
            listener.close()

    def serve(self, *arguments: Any, **options: Any) -> None:
        """Run until a signal stops the server. Exit with 1 if the application can't be loaded."""
        # Not MPServer.serve, which only adds a warning about the number of threads: most of a request waits.
        super(MPServer, self).serve(target_loader=load, wrap_loader=False)

    def _spawn_worker(  # type: ignore[override]
        self, idx: int, target: Callable[..., None], callback_loader: Callable[..., Any]
    ) -> WorkerProcess:
        number = idx % len(self.sockets)
        listener = self.sockets[number]
        self._shd, self._sso = holder(listener), listener
        ready, report = multiprocessing.Pipe(duplex=False)
        loader = partial(callback_loader, self.target, self.lifeline, self.sockets, number, report)
        self.readiness[idx] = ready
        return super()._spawn_worker(idx, target, loader)

    def _spawn_workers(self, spawn_target: Callable[..., None], target_loader: Callable[..., Any]) -> None:
        """Start all workers. Exit with 1 if one of them can't load the application."""
        super()._spawn_workers(spawn_target, target_loader)
        ready = [self.is_ready(worker) for worker in self.wrks]
        if all(ready):
            logger.info("All workers are ready")
            service_manager.notify("READY=1")
        elif not self.interrupt_signal:
            logger.error("The server doesn't start, because the application can't be loaded; the reason stands above")
            self.shutdown(exit_code=1)

    def is_ready(self, worker: WorkerProcess) -> bool:
        """Wait until a worker has loaded the application. Return False if it died, or if the server has to stop."""
        until = time.monotonic() + LOAD_SECONDS
        while not self.interrupt_signal and worker.is_alive() and time.monotonic() < until:
            try:
                if self.readiness[worker.idx].poll(LOOK_SECONDS):
                    return bool(self.readiness[worker.idx].recv())
            except EOFError:  # it ended without a word
                return False
        return False

    def signal_handler_interrupt(self, *_signal: Any) -> None:
        """Ask the loop to stop; without the event, whose lock the interrupted code may hold."""
        self.interrupt_signal = True

    def signal_handler_reload(self, *_signal: Any) -> None:
        self.reload_signal = True

    def _serve_loop(self, spawn_target: Callable[..., None], target_loader: Callable[..., Any]) -> None:
        while not self.interrupt_signal:
            self.main_loop_interrupt.wait(LOOK_SECONDS)
            self.main_loop_interrupt.clear()
            if self.interrupt_signal:
                break
            for number in [number for number, worker in enumerate(self.wrks) if not worker.is_alive()]:
                if not self.replace(number, spawn_target, target_loader):
                    self.shutdown(exit_code=1)
            if self.reload_signal:
                self.reload_signal = False
                self.renew(spawn_target, target_loader)
        service_manager.notify("STOPPING=1")
        self.interrupt_children = []  # a signal to the whole group has ended them too

    def replace(self, number: int, spawn_target: Callable[..., None], target_loader: Callable[..., Any]) -> bool:
        """Replace a worker that died. Return False if several in a row died young, or didn't load the application."""
        while not (self.interrupt_signal or self.wrks[number].is_alive()):
            is_young = time.monotonic() - self.wrks[number].birth < YOUNG_SECONDS
            was_killed = self.wrks[number].inner.exitcode == -signal.SIGKILL  # says nothing about the application
            self.failures = self.failures + 1 if is_young and not was_killed else 0
            if self.failures >= MOST_FAILURES:
                logger.error(f"{MOST_FAILURES} workers in a row died soon after their start, so that the server stops")
                return False
            if is_young:
                time.sleep(RETRY_SECONDS)
            self.wrks[number] = self._spawn_worker(number, spawn_target, target_loader)
            self.wrks[number].start()
            if not self.is_ready(self.wrks[number]):
                self.end(self.wrks[number])
        return True

    def renew(self, spawn_target: Callable[..., None], target_loader: Callable[..., Any]) -> None:
        """Replace the workers one by one; each goes on until its successor is ready, and stays if there is none."""
        logger.info("Renewing the workers")
        service_manager.notify("RELOADING=1")
        for number, old in enumerate(list(self.wrks)):
            worker = self._spawn_worker(number, spawn_target, target_loader)
            worker.start()
            if not self.is_ready(worker):
                self.end(worker)
                logger.error(
                    "The new application can't be loaded, so that the old workers stay; the reason stands above"
                )
                break
            self.wrks[number] = worker
            self.end(old)
        service_manager.notify("READY=1")

    def end(self, worker: WorkerProcess) -> None:
        """Stop a worker gracefully; kill it if it takes too long."""
        worker.terminate()
        worker.join(STOP_SECONDS)
        if worker.is_alive():
            logger.warning(f"Killing worker-{worker.idx + 1}, which still answers requests after {STOP_SECONDS} s")
            worker.kill()
            worker.join()


def holder(listener: socket.socket) -> Any:
    """Return the socket as granian's workers expect it."""
    return SocketHolder(listener.fileno(), False, BACKLOG)  # type: ignore[call-arg]


def load(
    application: str, lifeline: tuple[int, int], sockets: list[socket.socket], number: int, report: Any
) -> Callable[..., Any]:
    """
    Return the application in a new worker, which stops when the main process is gone.

    The worker keeps its own socket only, so that connections are refused as soon as it stops, and don't wait in vain.
    """
    from granian import _signals
    from granian._internal import load_target

    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, signal.SIG_DFL)  # not the handlers of the main process
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the main process renews its workers
    _signals.set_main_signals = partial(stop_on_signals, sockets[number])
    os.close(lifeline[1])
    for other, listener in enumerate(sockets):
        if other != number:
            listener.close()
    threading.Thread(target=stop_without_parent, args=lifeline[:1], daemon=True).start()
    loaded: Callable[..., Any] = load_target(application)
    gc.collect()
    gc.freeze()  # what is loaded stays for ever, so that no collection looks through it
    report.send(True)
    report.close()
    return loaded


def stop_on_signals(listener: socket.socket, interrupt: Callable[..., None]) -> None:
    """
    Let a worker stop in two steps: it accepts no more connections, and a moment later no more requests.

    Granian takes both steps at once, and drops what it has accepted and not read yet.
    """

    def stop(*_signal: Any) -> None:
        # Granian's loop goes on with a socket to which nobody connects. A successor has a copy of the other one.
        with socket.create_server(("127.0.0.1", 0)) as nobody:
            nobody.setblocking(False)
            os.dup2(nobody.fileno(), listener.fileno())
        threading.Timer(READ_SECONDS, interrupt, (signal.SIGTERM, None)).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


def stop_without_parent(lifeline: int) -> None:
    """Wait for the end of the main process; then free the port, answer the requests in flight, and exit."""
    os.read(lifeline, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(READ_SECONDS + STOP_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)


if sys.platform == "linux" and "fork" in multiprocessing.get_all_start_methods():
    # Workers inherit the sockets and the pipes. The main process has no threads that hold locks.
    multiprocessing.set_start_method("fork", force=True)
