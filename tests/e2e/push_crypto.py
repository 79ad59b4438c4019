"""A second way to compute what papod-push computes: RFC 8291, RFC 8188 and ES256, in plain Python.

Slow, and not safe against anyone who measures time. Tests need neither.
"""

import base64
import hashlib
import hmac
import os

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
G = (0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
     0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5)


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def add(one, other):
    if one is None or other is None:
        return other if one is None else one
    (x1, y1), (x2, y2) = one, other
    if x1 == x2 and (y1 + y2) % P == 0:
        return None
    if one == other:
        slope = (3 * x1 * x1 - 3) * pow(2 * y1, -1, P) % P
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, P) % P
    x3 = (slope * slope - x1 - x2) % P
    return x3, (slope * (x1 - x3) - y1) % P


def multiply(number, point):
    result = None
    while number:
        if number & 1:
            result = add(result, point)
        point = add(point, point)
        number >>= 1
    return result


def write_point(point):
    return b"\x04" + point[0].to_bytes(32, "big") + point[1].to_bytes(32, "big")


def read_point(data):
    assert len(data) == 65 and data[0] == 4
    return int.from_bytes(data[1:33], "big"), int.from_bytes(data[33:], "big")


def is_signed(text, signature, key):
    """ES256: does the signature belong to the text and the public key?"""
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    digest = int.from_bytes(hashlib.sha256(text).digest(), "big")
    inverse = pow(s, -1, N)
    point = add(multiply(digest * inverse % N, G), multiply(r * inverse % N, read_point(key)))
    return point is not None and point[0] % N == r


def _sbox():
    box, value, inverse = [0] * 256, 1, 1
    while True:
        value ^= value << 1 & 0xff ^ (0x1b if value & 0x80 else 0)
        for shift in (1, 2, 4):
            inverse ^= inverse << shift & 0xff
        if inverse & 0x80:
            inverse ^= 0x09
        rotated = [inverse << n & 0xff | inverse >> 8 - n for n in range(5)]
        box[value] = rotated[0] ^ rotated[1] ^ rotated[2] ^ rotated[3] ^ rotated[4] ^ 0x63
        if value == 1:
            box[0] = 0x63
            return box


SBOX = _sbox()


def _double(byte):
    return byte << 1 & 0xff ^ (0x1b if byte & 0x80 else 0)


def _expand_key(key):
    words, constant = [list(key[i:i + 4]) for i in range(0, 16, 4)], 1
    for i in range(4, 44):
        word = list(words[i - 1])
        if i % 4 == 0:
            word = [SBOX[byte] for byte in word[1:] + word[:1]]
            word[0] ^= constant
            constant = _double(constant)
        words.append([a ^ b for a, b in zip(word, words[i - 4])])
    return [sum(words[i:i + 4], []) for i in range(0, 44, 4)]


def encrypt_block(key, block):
    """AES-128, FIPS 197."""
    keys = _expand_key(key)
    state = [a ^ b for a, b in zip(block, keys[0])]
    for number in range(1, 11):
        state = [SBOX[byte] for byte in state]
        state = [state[(i + 4 * (i % 4)) % 16] for i in range(16)]
        if number < 10:
            mixed = []
            for i in range(0, 16, 4):
                column = state[i:i + 4]
                for j in range(4):
                    one, other = column[j], column[(j + 1) % 4]
                    mixed.append(_double(one) ^ _double(other) ^ other ^ column[(j + 2) % 4]
                                 ^ column[(j + 3) % 4])
            state = mixed
        state = [a ^ b for a, b in zip(state, keys[number])]
    return bytes(state)


def _ghash(key, data):
    result = 0
    for i in range(0, len(data), 16):
        result ^= int.from_bytes(data[i:i + 16].ljust(16, b"\0"), "big")
        product, factor = 0, key
        for bit in range(127, -1, -1):
            if result >> bit & 1:
                product ^= factor
            factor = factor >> 1 ^ (0xe1 << 120 if factor & 1 else 0)
        result = product
    return result


def open_gcm(key, nonce, sealed):
    """AES-128-GCM without additional data; the tag is at the end. SP 800-38D."""
    text, tag = sealed[:-16], sealed[-16:]
    hash_key = int.from_bytes(encrypt_block(key, bytes(16)), "big")
    padded = text + bytes(-len(text) % 16) + bytes(8) + (8 * len(text)).to_bytes(8, "big")
    mask = encrypt_block(key, nonce + b"\0\0\0\1")
    expected = _ghash(hash_key, padded) ^ int.from_bytes(mask, "big")
    if expected.to_bytes(16, "big") != tag:
        raise ValueError("the tag is wrong")
    plain = b""
    for i in range(0, len(text), 16):
        stream = encrypt_block(key, nonce + (2 + i // 16).to_bytes(4, "big"))
        plain += bytes(a ^ b for a, b in zip(text[i:i + 16], stream))
    return plain


def _hash(key, text):
    return hmac.new(key, text, hashlib.sha256).digest()


class Subscription:
    """The keys of a device."""

    def __init__(self):
        self.private = int.from_bytes(os.urandom(32), "big") % N
        self.public = write_point(multiply(self.private, G))
        self.auth = os.urandom(16)

    def keys(self):
        return f"p256dh={encode(self.public)};auth={encode(self.auth)}"

    def open(self, body):
        """The text of a message. RFC 8188 2, RFC 8291 3."""
        salt, record, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        sender, sealed = body[21:21 + length], body[21 + length:]
        assert len(sealed) <= record <= 4096
        secret = multiply(self.private, read_point(sender))[0].to_bytes(32, "big")
        info = b"WebPush: info\0" + self.public + sender + b"\1"
        key = _hash(salt, _hash(_hash(self.auth, secret), info))
        plain = open_gcm(_hash(key, b"Content-Encoding: aes128gcm\0\1")[:16],
                         _hash(key, b"Content-Encoding: nonce\0\1")[:12], sealed)
        text, delimiter = plain.rstrip(b"\0")[:-1], plain.rstrip(b"\0")[-1]
        assert delimiter == 2
        return text.decode()
