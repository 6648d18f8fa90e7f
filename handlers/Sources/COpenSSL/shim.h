#ifndef BOTCTL_COPENSSL_H
#define BOTCTL_COPENSSL_H

// SHA256_Init and its like work without OpenSSL's initialisation, which a Lambda cold start that only
// signs plain HTTP would otherwise pay for; OpenSSL 3 marks them deprecated, not removed.
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#if defined(__GLIBC__)
#include <nss.h>
#endif
#include <sys/auxv.h>

/// In a static executable of glibc, `getaddrinfo` loads the modules that nsswitch.conf names, which can end
/// the process; this keeps it to files and DNS. Nothing in a dynamic one, whose modules work.
static inline void botctl_limit_name_services(void) {
#if defined(__GLIBC__)
    // No dynamic loader was mapped.
    if (getauxval(AT_BASE) == 0) {
        __nss_configure_lookup("hosts", "files dns");
    }
#endif
}

// Macros, which Swift cannot import.
static inline long botctl_SSL_set_tlsext_host_name(SSL *ssl, const char *name) {
    return SSL_set_tlsext_host_name(ssl, (void *)name);
}

static inline int botctl_SSL_CTX_set_min_proto_version(SSL_CTX *context, int version) {
    return (int)SSL_CTX_set_min_proto_version(context, version);
}

static inline long botctl_SSL_CTX_set_mode(SSL_CTX *context, long mode) {
    return SSL_CTX_set_mode(context, mode);
}

#endif
