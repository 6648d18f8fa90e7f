"""An identity provider of another make: keys and signatures by PyPI's `cryptography`.

Standard input: {"tokens": [{"alg", "key", "header", "claims"} …]}. Standard output: the keys as JWKs by name, and the
tokens. The keys are new in each run.
"""

import base64
import hashlib
import hmac
import json
import sys

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

KEYS = {
    "rsa": rsa.generate_private_key(65537, 2048),
    "rsa3072": rsa.generate_private_key(3, 3072),
    "weak": rsa.generate_private_key(65537, 1024),
    "ec": ec.generate_private_key(ec.SECP256R1()),
    "ec2": ec.generate_private_key(ec.SECP256R1()),
    "p384": ec.generate_private_key(ec.SECP384R1()),
}


def b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def number(value, size=None):
    return b64(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


def jwk(key):
    public = key.public_key().public_numbers()
    if isinstance(key, rsa.RSAPrivateKey):
        return {"kty": "RSA", "n": number(public.n), "e": number(public.e)}
    size = (key.curve.key_size + 7) // 8
    return {"kty": "EC", "crv": f"P-{key.curve.key_size}", "x": number(public.x, size), "y": number(public.y, size)}


def sign(algorithm, key, message):
    if algorithm == "RS256":
        return key.sign(message, padding.PKCS1v15(), hashes.SHA256())
    if algorithm == "RS512":
        return key.sign(message, padding.PKCS1v15(), hashes.SHA512())
    if algorithm == "PS256":
        return key.sign(message, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    if algorithm == "ES256":
        r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
        size = (key.curve.key_size + 7) // 8
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")
    if algorithm == "DER":
        return key.sign(message, ec.ECDSA(hashes.SHA256()))
    if algorithm == "HS256":
        # The classic confusion: the public key, which everybody has, as the secret.
        form = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        return hmac.new(key.public_key().public_bytes(*form), message, hashlib.sha256).digest()
    assert algorithm == "none"
    return b""


def token(job):
    head = b64(json.dumps(job["header"]).encode()) + "." + b64(json.dumps(job["claims"]).encode())
    return head + "." + b64(sign(job["alg"], KEYS[job["key"]], head.encode()))


jobs = json.load(sys.stdin)
print(json.dumps({"keys": {name: jwk(key) for name, key in KEYS.items()}, "tokens": [token(job) for job in jobs["tokens"]]}))
