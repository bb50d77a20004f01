"""The warehouse over HTTP: it answers at once and confirms later, by messages that it sends to a callback."""

import json
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from examples.reference_wms.faults import Faults
from examples.reference_wms.signing import HEADER, is_signed, sign
from examples.reference_wms.warehouse import Warehouse

LARGEST_BODY = 1_000_000
MOST_MESSAGES = 100


class Site(ThreadingHTTPServer):
    """The process: the warehouse, its secret, its faults and where it tells what happens."""

    daemon_threads = True

    def __init__(self, port: int, warehouse: Warehouse, secret: str, callback: str, *, may_fail: bool) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.warehouse = warehouse
        self.secret = secret
        self.callback = callback
        self.may_fail = may_fail
        self.faults = Faults()

    def tell(self) -> int:
        """Send what was not taken yet; returns how many messages were taken."""
        # Repeated, they are at most as many as one request may hold.
        most = MOST_MESSAGES // max(self.faults.repeat, 1)
        messages = [] if self.faults.down or not self.callback else self.warehouse.untold(most)
        sent = self.faults.on_the_way(messages, self.warehouse.chance)
        if not messages or (sent and not self._post(sent)):
            return 0
        # What got lost on its way counts as told: it has to be asked for.
        self.warehouse.told([message["seq"] for message in messages])
        return len(messages)

    def _post(self, messages: list[Any]) -> bool:
        body = json.dumps({"messages": messages}).encode()
        moment, path = int(time.time()), urlsplit(self.callback).path
        secret = "wrong" if self.faults.wrong_signature else self.secret
        headers = {"Content-Type": "application/json", HEADER: sign(secret, moment, "POST", path, body)}
        request = urllib.request.Request(self.callback, data=body, headers=headers, method="POST")  # noqa: S310 - an address from the command line
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                return bool(200 <= answer.status < 300)
        except (urllib.error.URLError, OSError):
            return False


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Site

    def do_GET(self) -> None:
        """Orders, stock, messages."""
        self._serve("GET")

    def do_PUT(self) -> None:
        """The state of an order."""
        self._serve("PUT")

    def do_POST(self) -> None:
        """Counts, faults and what happens in the warehouse."""
        self._serve("POST")

    def log_message(self, *args: Any) -> None:
        """Keep the terminal quiet."""

    def _serve(self, method: str) -> None:
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), LARGEST_BODY))
        if not is_signed(self.server.secret, self.headers.get(HEADER, ""), method, self.path, body, now=time.time()):
            return self._answer(401, {"code": "not_signed"})
        parts = urlsplit(self.path)
        steps = parts.path.strip("/").split("/")
        if steps == ["faults"]:
            return self._change_faults(body)
        if steps[0] != "floor" and self._fails():
            return None
        try:
            return self._answer(*self._carry_out(method, steps, parse_qs(parts.query), json.loads(body or b"{}")))
        except (KeyError, ValueError, TypeError) as error:
            return self._answer(422, {"code": "not_understood", "detail": str(error)})

    def _carry_out(self, method: str, steps: list[str], query: dict[str, list[str]], given: Any) -> tuple[int, Any]:
        warehouse = self.server.warehouse
        answer: tuple[int, Any] = (404, {"code": "unknown_address"})
        match method, steps:
            case "PUT", ["orders", order_id]:
                answer = 202, warehouse.put_order(order_id, given["seq"], given["lines"], given.get("ship_to"))
            case "GET", ["orders", order_id]:
                found = warehouse.order(order_id)
                answer = (200, found) if found else (404, {"code": "unknown_order"})
            case "GET", ["stock"]:
                answer = 200, {"items": warehouse.stock()}
            case "GET", ["messages"]:
                answer = 200, {"items": warehouse.messages(int(query.get("after", ["0"])[0]))}
            case "POST", ["counts"]:
                warehouse.count(given["sku"], given["count_id"])
                answer = 202, {}
            case "POST", ["inspections"]:
                warehouse.put_inspection(given["inspection_id"], given["return_id"], given["lines"])
                answer = 202, {}
            case "POST", ["floor", verb] if self.server.may_fail and verb in FLOOR:
                answer = 200, {"answer": getattr(warehouse, verb)(**given)}
        return answer

    def _fails(self) -> bool:
        faults = self.server.faults
        if faults.slow_ms:
            time.sleep(faults.slow_ms / 1000)
        if faults.down:
            self.close_connection = True
            return True
        if faults.errors and self.server.warehouse.chance.random() < faults.errors:
            self._answer(503, {"code": "unwell"})
            return True
        return False

    def _change_faults(self, body: bytes) -> None:
        if not self.server.may_fail:
            return self._answer(403, {"code": "no_faults_here"})
        try:
            self.server.faults.change(json.loads(body))
        except ValueError as error:
            return self._answer(422, {"code": "unknown_fault", "detail": str(error)})
        self.server.warehouse.lies = self.server.faults.lie
        return self._answer(200, vars(self.server.faults))

    def _answer(self, status: int, value: Any) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


# What people do in the warehouse: only where faults are allowed, too.
FLOOR = {"receive", "work", "ship", "take_back", "inspect", "count", "sell", "lose", "move", "tell_stock", "beat"}
