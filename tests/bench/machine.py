"""What is measured with: ports, a certificate, the mock provider, and the three proxies in front of it."""

import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
HAPROXY = shutil.which("haproxy") or "/usr/sbin/haproxy"
FIRST_PORT = 21000

NGINX_CONFIG = """
worker_processes 1; daemon off; master_process off; pid {home}/nginx.pid; error_log {home}/nginx.err;
events {{ worker_connections 19000; }}
http {{ access_log off; keepalive_requests 1000000000; keepalive_timeout 1h; client_body_buffer_size 64k; proxy_read_timeout 1h;
  client_body_temp_path {home}/nginx.1; proxy_temp_path {home}/nginx.2; fastcgi_temp_path {home}/nginx.3; uwsgi_temp_path {home}/nginx.4;
  scgi_temp_path {home}/nginx.5;
  upstream mock {{ server 127.0.0.1:{target}; keepalive 256; keepalive_requests 1000000000; keepalive_time 1d; }}
  server {{ listen 127.0.0.1:{port} backlog=4096; tcp_nodelay on; location / {{
    proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host localhost; {buffering}
    {tls} proxy_pass {scheme}://mock; }} }} }}
"""
NGINX_TLS = """proxy_ssl_verify on; proxy_ssl_trusted_certificate {home}/ca.pem; proxy_ssl_name localhost; proxy_ssl_server_name on;
    proxy_ssl_protocols TLSv1.3; proxy_ssl_session_reuse on;"""

HAPROXY_CONFIG = """
global
  nbthread 1
  maxconn 9000
defaults
  mode http
  option http-no-delay
  timeout connect 10s
  timeout client 1h
  timeout server 1h
frontend clients
  bind 127.0.0.1:{port} backlog 4096
  default_backend mock
backend mock
  http-reuse always
  server one 127.0.0.1:{target} {tls}
"""
HAPROXY_TLS = "ssl verify required ca-file {home}/ca.pem sni str(localhost)"

TOKENPAK_CONFIG = """
listen: {{ max_connections: 40000 }}
store: {{ path: "{store}" }}
{more}
providers:
  openai: {{ base_url: "{scheme}://localhost:{target}/v1"{provider} }}
"""


def free_ports():
    """Ports that nobody listens on, below the range of outgoing connections."""
    for port in range(int(os.environ.get("BENCH_FIRST_PORT", FIRST_PORT)), 32000):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        yield port


def make_certificate(home):
    """An authority, and a certificate of it for localhost."""
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"]
    (home / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    steps = [
        ["req", "-x509", *kind, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=bench authority"],
        ["req", *kind[:-2], "-keyout", "key.pem", "-out", "request.pem", "-subj", "/CN=localhost"],
        ["x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30", "-extfile", "names",
         "-out", "certificate.pem"],
    ]  # fmt: skip
    for step in steps:
        subprocess.run(["openssl", *step], cwd=home, check=True, capture_output=True)


class Server:
    """A process that listens on a port."""

    def __init__(self, name, port, command, log, environment=None):
        self.name, self.port, self.log = name, port, log
        with log.open("ab") as out:
            self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment)
        self.pid = self.child.pid
        until = time.monotonic() + 20
        while not self.answers():
            if time.monotonic() > until or self.child.poll() is not None:
                self.child.kill()
                raise SystemExit(f"{name} does not listen on port {port}:\n{log.read_text('utf-8', 'replace')[-2000:]}")
            time.sleep(0.01)

    def answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def memory(self):
        """Resident memory in bytes."""
        return int(re.search(r"^Rss:\s+(\d+) kB", pathlib.Path(f"/proc/{self.pid}/smaps_rollup").read_text(), re.M).group(1)) * 1024

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def stop(self):
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(60)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()


class Machine:
    """A home, a provider that runs all the time, and proxies that are started for a measure and stopped behind it."""

    def __init__(self, programs, binary):
        self.programs, self.binary = pathlib.Path(programs), binary
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="tokenpak-bench-"))
        self.ports = free_ports()
        self.running = []
        make_certificate(self.home)
        plain, tls, full = (next(self.ports) for _ in range(3))
        self.targets = {"plain": plain, "tls": tls, "full": full}
        command = [self.programs / "bench_provider", *map(str, (plain, tls, full)), self.home / "certificate.pem", self.home / "key.pem"]
        self.provider = self.started(Server("provider", plain, command, self.home / "provider.log"))

    def started(self, server):
        self.running.append(server)
        return server

    def stop(self, *servers):
        for server in servers or list(reversed(self.running)):
            server.stop()
            self.running.remove(server)

    def close(self):
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def values(self, to):
        port = next(self.ports)
        scheme = "http" if to == "plain" else "https"
        return {"home": self.home, "port": port, "target": self.targets[to], "scheme": scheme}

    def nginx(self, to="plain", streams=False):
        values = self.values(to)
        values["tls"] = "" if to == "plain" else NGINX_TLS.format(**values)
        values["buffering"] = "proxy_buffering off;" if streams else ""
        config = self.home / "nginx.conf"
        config.write_text(NGINX_CONFIG.format(**values))
        command = [NGINX, "-c", config, "-p", self.home]
        return self.started(Server("nginx", values["port"], command, self.home / "nginx.log"))

    def haproxy(self, to="plain"):
        values = self.values(to)
        values["tls"] = "" if to == "plain" else HAPROXY_TLS.format(**values)
        config = self.home / "haproxy.cfg"
        config.write_text(HAPROXY_CONFIG.format(**values))
        return self.started(Server("haproxy", values["port"], [HAPROXY, "-db", "-f", config], self.home / "haproxy.log"))

    def tokenpak(self, to="plain", more="", store=None, wrapper=(), provider=""):
        """With everything on: store, traces, metrics, and the access log in a file."""
        values = self.values(to) | {"more": more, "provider": provider, "store": store or self.home / f"store-{time.monotonic_ns()}.db"}
        config = self.home / "tokenpak.yaml"
        config.write_text(TOKENPAK_CONFIG.format(**values))
        config.chmod(0o600)
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.home), "SSL_CERT_FILE": str(self.home / "ca.pem")}
        command = [*wrapper, self.binary, "--config", config, "serve", "--port", str(values["port"])]
        return self.started(Server("tokenpak", values["port"], command, self.home / "tokenpak.log", environment))
