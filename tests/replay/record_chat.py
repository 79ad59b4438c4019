"""Records chat.events: a real server with real clients that do a little of everything.

    PAPOD=build/papod python3 tests/replay/record_chat.py

Needed only if papod can no longer read the format of the recording.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))
import papod_test  # noqa: E402

CONFIG = """
server = { name = "irc.example.org"; network = "Exemplo"; };
operators = ( { name = "root"; } );
"""


def talk(server):
    ana, rui, bot = (server.register(nick) for nick in ("ana", "rui", "bot"))
    for client in (ana, rui):
        client.send("JOIN #papo")
        client.expect(" 366 ")
    ana.send("MODE #papo +tnk segredo", "TOPIC #papo :Olá", "MODE #papo +b *!*@192.0.2.*",
             "INVITE bot #papo", "PRIVMSG #papo,rui :bom dia", "NOTICE #papo :nota")
    ana.sync()
    bot.send("JOIN #papo segredo", "WHO #papo", "WHOIS ana", "LIST", "NAMES #papo", "AWAY :já volto")
    bot.sync()
    rui.send("PRIVMSG bot :estás aí?", "NICK rosa", "TOPIC #papo :meu", "HELLO")
    rui.sync()
    rui.send_bytes(b"PRIVMSG ana :\xff\xfe\r\nPRIVMSG ana :a\0b\r\nPRIVMSG ana :" + b"x" * 9000 + b"\r\n")
    rui.sync()
    ana.send("OPER root errado", "OPER root certo", "KICK #papo rosa :até já", "REHASH")
    ana.expect("in force")
    ana.send("KILL bot :chega")
    bot.expect_end("^ERROR ")
    rui.close()
    ana.expect("QUIT|PONG")
    ana.sync()
    return [ana]


def main():
    _, hashed, _ = papod_test.run("--hash-password", stdin=b"certo\n")
    server = papod_test.Server(
        config=CONFIG, secrets=f"[operator root]\npassword = {hashed}",
        arguments=("--record", os.path.join(HERE, "chat.events")))
    clients = talk(server)
    web = server.connect()
    web.send_bytes(b"GET / HTTP/1.0\r\n\r\n")
    web.expect_end()
    server.stop()
    for client in clients:
        client.close()
    os.chmod(os.path.join(HERE, "chat.events"), 0o644)  # contains no secrets


if __name__ == "__main__":
    main()
