"""A page in a browser, loaded from the port that it then talks to through WebSocket."""

import os
import pathlib
import signal

import papod_test
import secure
import test_gate_chat
import test_gate_web
import test_web

PAGE = pathlib.Path(__file__).resolve().parent / "page"
PICTURES = pathlib.Path(papod_test.PAPOD).parent / "clients"


class Stage(secure.Stage):
    make_gate = test_web.Gate
    has_tls = False

    def settings(self):
        return super().settings() + f'web = {{ directory = "{PAGE}"; }};\n'


class SecureStage(Stage):
    make_gate = test_web.SecureGate
    has_tls = True


class ByHand(Stage):
    """Somebody has started papod, which has started the gate."""
    has_tls = True

    def start_papod(self, stack):
        web = test_gate_web.SECURE_WEB % 0
        self.papod = papod_test.Server(
            test_gate_chat.MANY + self.settings(),
            listen=f"listen = ( {test_gate_chat.PLAIN}, {web} );\n")
        stack.callback(self.papod.stop)
        return self.papod.port, test_gate_chat.gate_port(self.papod)

    def events(self):
        return (("another program", lambda: test_gate_chat.hand_over(self.papod)),
                ("a crash of the gate", self.kill_gate))

    def kill_gate(self):
        position = self.papod.log_position()
        os.kill(test_gate_chat.gate_of(self.papod), signal.SIGKILL)
        test_gate_chat.gate_port(self.papod, position)


def use(stage):
    protocol = "https" if stage.has_tls else "http"
    secure.enter(stage)
    stage.ok(f"loads the page by {protocol}, connects and joins")
    secure.talk_through_everything(stage)
    PICTURES.mkdir(exist_ok=True)
    path = PICTURES / f"{stage.nick}-{protocol}.png"
    stage.program.take_picture(path)
    stage.ok(f"shows {path}")
    stage.program.quit()
    stage.sees("QUIT ")
    stage.program.wait_for_end()
    stage.ok("quits")

