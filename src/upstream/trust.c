/* upstream/trust.c - reads the certificate authorities. */

#include "upstream/trust.h"

#include <openssl/x509_vfy.h>
#include <stdlib.h>
#include <unistd.h>

#define BUNDLE "/etc/ssl/certs/ca-certificates.crt"

X509_STORE *tp_trust_load(void)
{
    X509_STORE *store = X509_STORE_new();
    const char *file = getenv("SSL_CERT_FILE");

    if (!file && access(BUNDLE, R_OK) == 0)
        file = BUNDLE;
    if (!file || X509_STORE_load_locations(store, file, NULL) != 1)
        X509_STORE_set_default_paths(store);
    return store;
}
