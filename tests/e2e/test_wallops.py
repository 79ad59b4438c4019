"""Messages to many clients, some of which do not read."""

import papod_test

CONFIG = """
operators = ( { name = "root"; } );
classes = ( { name = "all"; send_queue = "16 KiB"; flood_rate = 0; } );
"""


class Wallops(papod_test.TestCase):
    def test_who_does_not_read_is_left_behind_and_nobody_else(self):
        _, hashed, _ = papod_test.run("--hash-password", stdin=b"secret\n")
        server = self.serve(config=CONFIG, secrets=f"[operator root]\npassword = {hashed}")
        root = self.client(server, "root")
        root.send("OPER root secret", "MODE root +ws cs")
        root.expect(r" 008 root \+cs ")
        deaf = [self.client(server, f"deaf{i}") for i in range(3)]
        for client in deaf:
            client.send("OPER root secret", f"MODE {client.nick} +ws cs")
            client.expect(r" 008 ")
        listener = self.client(server, "listener")
        listener.send("MODE listener +w")
        listener.expect("MODE listener")

        # The kernel buffers some megabytes before papod's own queue fills.
        gone = set()
        for i in range(40000):
            root.send(f"WALLOPS :{i} " + "x" * 400)
            listener.expect(rf"WALLOPS :{i} ")
            line = root.expect(rf"WALLOPS :{i} |Client exiting: (deaf\d) .*SendQ exceeded")
            while line[1]:
                gone.add(line[1])
                line = root.expect(rf"WALLOPS :{i} |Client exiting: (deaf\d) .*SendQ exceeded")
            if len(gone) == len(deaf):
                break
        self.assertEqual(len(gone), len(deaf))
        root.sync()
        listener.sync()


if __name__ == "__main__":
    papod_test.main()
