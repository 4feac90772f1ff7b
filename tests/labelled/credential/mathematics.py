"""Enough arithmetic to make key pairs whose halves fit: RSA, DSA, P-256 and Ed25519. Slow and not constant-time: for test material only."""

from __future__ import annotations

import hashlib
import random
from functools import cache
from typing import NamedTuple

SMALL_PRIMES = [p for p in range(3, 2000) if all(p % d for d in range(2, int(p**0.5) + 1))]


class RsaKey(NamedTuple):
    """The numbers of a private key, in the order in which PKCS #1 writes them."""

    modulus: int
    public: int
    private: int
    first: int
    second: int
    first_exponent: int
    second_exponent: int
    coefficient: int


class DsaKey(NamedTuple):
    """Prime, order, generator, public and private number."""

    prime: int
    order: int
    generator: int
    public: int
    private: int


def _is_prime(number: int) -> bool:
    """Whether *number* is prime, very likely (Miller-Rabin with eight bases)."""
    if any(number % p == 0 for p in SMALL_PRIMES):
        return False
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    return all(_passes(number, base, odd, twos) for base in SMALL_PRIMES[:8])


def _passes(number: int, base: int, odd: int, twos: int) -> bool:
    power = pow(base, odd, number)
    if power in (1, number - 1):
        return True
    for _ in range(twos - 1):
        power = power * power % number
        if power == number - 1:
            return True
    return False


def _prime(source: random.Random, size: int) -> int:
    while True:
        number = source.getrandbits(size) | 1 | 3 << (size - 2)
        if _is_prime(number):
            return number


@cache
def rsa(name: str, size: int = 2048) -> RsaKey:
    """The RSA key called *name*."""
    source = random.Random(f"rsa {name}")
    while True:
        first, second = sorted((_prime(source, size // 2), _prime(source, size // 2)), reverse=True)
        totient = (first - 1) * (second - 1)
        if totient % 65537:
            break
    private = pow(65537, -1, totient)
    return RsaKey(first * second, 65537, private, first, second, private % (first - 1), private % (second - 1), pow(second, -1, first))


@cache
def dsa(name: str) -> DsaKey:
    """The DSA key of 1024 bits called *name*."""
    source = random.Random(f"dsa {name}")
    order = _prime(source, 160)
    while True:
        prime = (source.getrandbits(1024) | 1 << 1023) // (2 * order) * 2 * order + 1
        if prime.bit_length() == 1024 and _is_prime(prime):
            break
    generator = pow(2, (prime - 1) // order, prime)
    private = source.randrange(1, order)
    return DsaKey(prime, order, generator, pow(generator, private, prime), private)


P256_PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1
P256_BASE = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def p256(name: str) -> tuple[bytes, bytes]:
    """(private number, uncompressed public point) of the P-256 key called *name*."""
    private = random.Random(f"p256 {name}").randrange(1, P256_ORDER)
    point = _times(private, P256_BASE)
    return private.to_bytes(32, "big"), b"\x04" + point[0].to_bytes(32, "big") + point[1].to_bytes(32, "big")


def _times(factor: int, base: tuple[int, int]) -> tuple[int, int]:
    result: tuple[int, int] | None = None
    for bit in bin(factor)[2:]:
        if result is not None:
            result = _add(result, result)
        if bit == "1":
            result = base if result is None else _add(result, base)
    assert result is not None
    return result


def _add(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    prime = P256_PRIME
    if one == other:
        slope = (3 * one[0] * one[0] - 3) * pow(2 * one[1], -1, prime) % prime
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, prime) % prime
    x = (slope * slope - one[0] - other[0]) % prime
    return x, (slope * (one[0] - x) - one[1]) % prime


ED_PRIME = 2**255 - 19
ED_D = -121665 * pow(121666, -1, ED_PRIME) % ED_PRIME
ED_BASE_Y = 4 * pow(5, -1, ED_PRIME) % ED_PRIME


def ed25519(name: str) -> tuple[bytes, bytes]:
    """(seed, public key) of the Ed25519 key called *name*. Source: RFC 8032."""
    seed = random.Random(f"ed25519 {name}").randbytes(32)
    digest = bytearray(hashlib.sha512(seed).digest()[:32])
    digest[0] &= 248
    digest[31] = digest[31] & 127 | 64
    x, y = _edwards_times(int.from_bytes(digest, "little"), (_even_x(ED_BASE_Y), ED_BASE_Y))
    return seed, (y | (x & 1) << 255).to_bytes(32, "little")


def _even_x(y: int) -> int:
    square = (y * y - 1) * pow(ED_D * y * y + 1, -1, ED_PRIME) % ED_PRIME
    x = pow(square, (ED_PRIME + 3) // 8, ED_PRIME)
    if (x * x - square) % ED_PRIME:
        x = x * pow(2, (ED_PRIME - 1) // 4, ED_PRIME) % ED_PRIME
    return x if x % 2 == 0 else ED_PRIME - x


def _edwards_times(factor: int, base: tuple[int, int]) -> tuple[int, int]:
    result = (0, 1)
    for bit in bin(factor)[2:]:
        result = _edwards_add(result, result)
        if bit == "1":
            result = _edwards_add(result, base)
    return result


def _edwards_add(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    prime = ED_PRIME
    cross = ED_D * one[0] * other[0] * one[1] * other[1] % prime
    x = (one[0] * other[1] + other[0] * one[1]) * pow(1 + cross, -1, prime) % prime
    return x, (one[1] * other[1] + one[0] * other[0]) * pow(1 - cross, -1, prime) % prime
