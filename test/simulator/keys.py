"""Key material made by the openssl command: a certificate authority, a server
certificate for loopback names, a service account key.  It is made afresh at
start, or once for several simulators with --keys."""

import json
import os
import shutil
import ssl
import subprocess
import tempfile

SERVER_EXTENSIONS = ("basicConstraints=CA:FALSE\n"
                     "subjectAltName=DNS:localhost,IP:127.0.0.1\n"
                     "extendedKeyUsage=serverAuth\n")


def openssl(folder, *arguments):
    """Runs openssl in a folder and returns what it prints."""
    done = subprocess.run(("openssl",) + arguments, cwd=folder, check=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    return done.stdout.decode("ascii")


def provide(folder, store=None):
    """Puts key material into `folder`: a copy of that in the folder `store`
    if one is named.  Whoever needs it first makes it there."""
    if store is None:
        make(folder)
        return
    if not os.path.isdir(store):
        part = tempfile.mkdtemp(dir=os.path.dirname(store))
        make(part)
        try:
            os.rename(part, store)
        except OSError:         # another simulator was faster
            shutil.rmtree(part)
    shutil.copytree(store, folder, dirs_exist_ok=True)
    os.chmod(folder, 0o755)


def make(folder):
    """Makes key material in `folder`."""
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-nodes")
    openssl(folder, "req", "-x509", *curve, "-keyout", "ca.key", "-out",
            "ca.pem", "-days", "30", "-subj", "/CN=simulator test CA",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    openssl(folder, "req", *curve, "-keyout", "server.key", "-out",
            "server.csr", "-subj", "/CN=localhost")
    with open(os.path.join(folder, "server.ext"), "w") as file:
        file.write(SERVER_EXTENSIONS)
    openssl(folder, "x509", "-req", "-in", "server.csr", "-CA", "ca.pem",
            "-CAkey", "ca.key", "-CAcreateserial", "-days", "30",
            "-extfile", "server.ext", "-out", "server.pem")
    openssl(folder, "req", "-x509", *curve, "-keyout", "strange.key", "-out",
            "strange.pem", "-days", "30", "-subj", "/CN=localhost")
    openssl(folder, "genpkey", "-algorithm", "RSA", "-pkeyopt",
            "rsa_keygen_bits:2048", "-out", "service.key")
    modulus = openssl(folder, "rsa", "-in", "service.key", "-noout",
                      "-modulus")
    with open(os.path.join(folder, "service.modulus"), "w") as file:
        file.write(modulus.strip().split("=")[1])


def tls_contexts(folder):
    """Returns the server's TLS context, one of a certificate that no CA has
    signed, and the path of the CA certificate, all of `folder`."""
    return (server_context(folder, "server"),
            server_context(folder, "strange"),
            os.path.join(folder, "ca.pem"))


def server_context(folder, name):
    """Returns the TLS context of a certificate and key in `folder`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(folder, name + ".pem"),
                            os.path.join(folder, name + ".key"))
    context.set_alpn_protocols(["http/1.1"])
    return context


def service_account(folder, token_uri):
    """Writes a service account key file.  Returns its path, its content and
    the RSA modulus of the public key."""
    with open(os.path.join(folder, "service.modulus")) as file:
        modulus = int(file.read(), 16)
    with open(os.path.join(folder, "service.key")) as file:
        private_key = file.read()
    content = {
        "type": "service_account",
        "project_id": "sample-project",
        "private_key_id": "0123456789abcdef0123456789abcdef01234567",
        "private_key": private_key,
        "client_email": "loader@sample-project.iam.gserviceaccount.com",
        "client_id": "100000000000000000001",
        "token_uri": token_uri,
    }
    path = os.path.join(folder, "service_account.json")
    with open(path, "w") as file:
        json.dump(content, file)
    return path, content, modulus
