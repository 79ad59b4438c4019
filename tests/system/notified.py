"""What a user sees of notifications that are sent as papod(8) shows it, and by irker's hook."""

import shutil

import notify
import programs


def use(stage):
    program, place = stage.program, stage.place

    if not place:
        print("skipped: notifications, which the papod on that port does not take", flush=True)
        return
    programs.wait_for(stage.is_here, f"{stage.nick} is here")
    program.wait_for_welcome()
    program.do("/join #build")
    program.wait_for_join("#build")
    stage.watcher.send("JOIN #build")
    stage.watcher.expect(" 366 ")
    for tool, pattern, text in (("nc", r"tests pass.*\| nc ", "All tests pass"),
                                ("bash", "^echo .*> /dev/udp/", "The backup is complete"),
                                ("socat", r"\| socat ", "The disk is nearly full")):
        place.run(notify.command(pattern))
        program.wait_until_it_shows(f"ci.*{text}")
        stage.ok(f"shows what {tool} notifies")
    if not shutil.which("irkerhook-git"):
        print("skipped: irker's hook is not there", flush=True)
        return
    push_with_irker(stage)
    stage.ok("shows what irker's hook notifies")


def push_with_irker(stage):
    """The hook asks the web page of a commit first, and leaves it out if nothing answers."""
    directory = stage.program.home / "git"
    directory.mkdir()
    house = notify.Repository(str(directory), "#!/bin/sh\nexec irkerhook-git\n")
    for command in notify.commands("^git config irker"):
        house.run("sh", "-c", command, where="house.git")
    house.git("config", "irker.server", stage.place.address, where="house.git")
    house.git("config", "irker.urlprefix", "http://127.0.0.1:9/", where="house.git")
    house.push("Plant the trees")
    house.push("Water the trees")
    stage.watcher.expect("^:ci!.* #build :.*garden.*Rui Pão.*Water the trees")
    stage.program.wait_until_it_shows("ci.*garden.*Rui Pão.*Water the trees")
