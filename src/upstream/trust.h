/* upstream/trust.h - the certificate authorities, loaded once by a worker and shared by all connections. */

#ifndef TP_UPSTREAM_TRUST_H
#define TP_UPSTREAM_TRUST_H

#include <openssl/x509.h>

/* Reads SSL_CERT_FILE, else Debian's bundle, else OpenSSL's defaults. Never NULL; empty when nothing could be read. Blocks: worker. */
X509_STORE *tp_trust_load(void);

#endif
