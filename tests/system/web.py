"""A page in a browser, loaded from the port that it then talks to through WebSocket."""

import pathlib

import papod_test
import secure
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

