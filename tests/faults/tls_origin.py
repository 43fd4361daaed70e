"""An origin behind TLS, with an authority and certificates made by openssl."""

import pathlib
import shutil
import ssl
import subprocess
import tempfile

from origin import Origin
from rig import Skip
from scenario.wire import Wire

NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
# name of a certificate: whom it is for, and whether it has expired
LEAVES = {"good": ("IP:127.0.0.1", False), "wrong-name": ("DNS:other.test", False), "expired": ("IP:127.0.0.1", True)}
# OpenSSL 3.0 knows only the first way to say that a time is over, 3.5 only the second.
PAST = (("-days", "-1"), ("-not_before", "20200101000000Z", "-not_after", "20200102000000Z"))


def openssl(home, *arguments):
    try:
        subprocess.run(["openssl", *arguments], cwd=home, check=True, capture_output=True)
    except FileNotFoundError:
        raise Skip("openssl, which makes the certificates, is not installed") from None


def make_certificates(home):
    """ca.pem; NAME.pem and NAME.key for each leaf, and for one that nobody vouches for."""
    for name in ("ca", "unknown"):
        named = ("-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1")
        openssl(home, "req", "-x509", *NEW_KEY, "-keyout", f"{name}.key", "-out", f"{name}.pem", "-days", "2", *named)
    for name, (whom, expired) in LEAVES.items():
        (home / f"{name}.ext").write_text(f"subjectAltName={whom}\n")
        openssl(home, "req", *NEW_KEY, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", f"{name}.ext", "-out", f"{name}.pem")
        sign = ("x509", "-req", "-in", f"{name}.csr", *signed)
        if not expired:
            openssl(home, *sign, "-days", "2")
            continue
        try:
            openssl(home, *sign, *PAST[0])
        except subprocess.CalledProcessError:
            openssl(home, *sign, *PAST[1])


def context_of(home, name):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(home / f"{name}.pem", home / f"{name}.key")
    return context


class TlsOrigin(Origin):
    """The origin behind TLS: `close` is a FIN that no close_notify announces."""

    scheme = "https"

    def __init__(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="tokenpak-tls-"))
        make_certificates(self.home)
        self.authority = self.home / "ca.pem"
        self.context = context_of(self.home, "good")
        super().__init__()

    def serve(self, connection, number):
        connection.settimeout(20)
        try:
            wire = Wire(self.context.wrap_socket(connection, server_side=True))
        except OSError:
            connection.close()
            return
        self.serve_wire(wire, number)

    def serve_wire(self, wire, number):
        super().serve(wire, number)

    def wire_of(self, connection):
        return connection

    def over(self):
        super().over()
        shutil.rmtree(self.home, ignore_errors=True)
