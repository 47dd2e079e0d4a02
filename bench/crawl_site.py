"""A web site on loopback that notes when each request arrived: pages that name pages and tiny pictures."""
import asyncio
import struct
import threading
import time
import zlib


def picture(number: int) -> bytes:
    """A PNG of 64 x 64 pixels, another one for each number."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes((number * 31 + x * y) & 255 for x in range(64)) for y in range(64))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 0, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


class Site:
    """Serves `pages` pages of `pictures` pictures each on every address of `listen`, in a thread of its own.

    Page n names pages 3n+1 to 3n+3 and its pictures. `latency`: seconds before an answer. `log`: (host, path, moment).
    """

    def __init__(self, listen: list[tuple[str, int]], *, pages: int, pictures: int, latency: float = 0):
        self.listen, self.pages, self.pictures, self.latency = listen, pages, pictures, latency
        self.log: list[tuple[str, str, float]] = []
        self._loop = asyncio.new_event_loop()
        self._servers: list[asyncio.Server] = []
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        ready.wait()

    def addresses(self) -> set[str]:
        """Path of everything there is, on one host."""
        every = {f"/p/{n}" for n in range(self.pages)}
        return every | {f"/i/{n * self.pictures + k}.png" for n in range(self.pages) for k in range(self.pictures)}

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        for host, port in self.listen:
            self._servers.append(self._loop.run_until_complete(asyncio.start_server(self._serve, host, port)))
        ready.set()
        self._loop.run_forever()
        for server in self._servers:
            server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                arrived = time.monotonic()
                path, host = line.split()[1].decode(), ""
                while (header := await reader.readline()) not in (b"\r\n", b""):
                    if header.lower().startswith(b"host:"):
                        host = header.split()[1].decode()
                self.log.append((host, path, arrived))
                if self.latency:
                    await asyncio.sleep(self.latency)
                status, kind, body = self._answer(path)
                writer.write(f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # killed on purpose, or the site closes
        finally:
            writer.close()

    def _answer(self, path: str) -> tuple[str, str, bytes]:
        if path.startswith("/i/"):
            return "200 OK", "image/png", picture(int(path[3:-4]))
        if path.startswith("/p/"):
            number = int(path[3:])
            links = "".join(f"<a href=/p/{n}>{n}</a> " for n in range(3 * number + 1, 3 * number + 4) if n < self.pages)
            shown = "".join(f"<img src=/i/{number * self.pictures + k}.png> " for k in range(self.pictures))
            return "200 OK", "text/html", f"<html><body>{links}{shown}</body></html>".encode()
        return "404 Not Found", "text/plain", b"nothing here"
