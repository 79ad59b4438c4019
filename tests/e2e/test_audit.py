"""What operators have done is in the database: each act once, after crashes and after a reboot."""

import tempfile

import papod_test
import service_manager

CONFIG = """
classes = ( { name = "all"; flood_rate = 0; } );
operators = ( { name = "root"; privileges = [ "*" ]; } );
"""


class Audit(service_manager.TestCase):
    def operator(self, papod):
        client = papod.connect()
        self.addCleanup(client.close)
        client.register("ana")
        client.send("OPER root sesame")
        client.expect(" 381 ana ")
        return client

    def acts(self, client):
        """The commands and what follows them."""
        client.send("AUDIT * 50")
        acts = []
        while True:
            line = client.expect(r"NOTICE ana :(?:\S+ \S+ UTC \S+ \{root\} (.*)|End of the audit log)")
            if line.group(1) is None:
                return acts
            acts.append(line.group(1))

    def test_each_act_is_there_once(self):
        _, hashed, _ = papod_test.run("--hash-password", stdin=b"sesame\n")
        directory = tempfile.TemporaryDirectory(prefix="papod-test-state-")
        self.addCleanup(directory.cleanup)
        papod = service_manager.Papod(
            CONFIG, restarts=True, files={"secrets.ini": f"[operator root]\npassword = {hashed}"},
            environment={"STATE_DIRECTORY": directory.name})
        self.addCleanup(papod.close)
        papod.start()
        ana = self.operator(papod)
        expected = ["OPER"]
        for i in range(5):
            ana.send(f"RESV #evil{i} spam {i}")
            expected.append(f"RESV #evil{i} spam {i}")
            papod.kill()
            papod.wait_for_start(i + 2)
        ana.sync()
        self.wait_until(lambda: self.acts(ana) == expected, f"they are not {expected}")

        papod.stop()
        papod.start()
        ana = self.operator(papod)
        self.wait_until(lambda: self.acts(ana) == [*expected, "OPER"],
                        "they did not come back from the database")


if __name__ == "__main__":
    papod_test.main()
