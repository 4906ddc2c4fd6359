#include "adapters/redis_tls.h"

#include "base/alloc.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>

enum { CHUNK = 16384 };

struct sio__redis_tls {
    SSL *ssl;
    BIO *in, *out; /* of the peer's bytes; for it */
    char error[128];
};

/* ----------------------------------------------------------------------------------- contexts */

static bool use_files(SSL_CTX *context, const sio_redis_connection_t *options)
{
    if (options->ca_file && !SSL_CTX_load_verify_locations(context, options->ca_file, NULL))
        return false;
    if (!options->ca_file && !SSL_CTX_set_default_verify_paths(context))
        return false;
    if (!options->cert_file)
        return true;
    return SSL_CTX_use_certificate_chain_file(context, options->cert_file) == 1 &&
           SSL_CTX_use_PrivateKey_file(context, options->key_file ? options->key_file : "",
                                       SSL_FILETYPE_PEM) == 1;
}

struct ssl_ctx_st *sio__redis_tls_context(const sio_redis_connection_t *options)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());

    if (!context)
        return NULL;
    if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) && use_files(context, options))
        return context;
    SSL_CTX_free(context);
    ERR_clear_error();
    return NULL;
}

void sio__redis_tls_context_free(struct ssl_ctx_st *context)
{
    SSL_CTX_free(context);
}

/* ------------------------------------------------------------------------------------- a peer */

/* A name, or an address: certificates tell them apart. */
static bool expect_name(SSL *ssl, const char *name)
{
    X509_VERIFY_PARAM *param = SSL_get0_param(ssl);
    char *host =
        (char *)(uintptr_t)name; /* a macro of OpenSSL's casts it, and it isn't written to */

    if (X509_VERIFY_PARAM_set1_ip_asc(param, name) == 1)
        return true;
    return SSL_set1_host(ssl, name) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1;
}

static bool set_up(sio__redis_tls_t *tls, const char *name, bool verify)
{
    tls->in = BIO_new(BIO_s_mem());
    tls->out = BIO_new(BIO_s_mem());
    if (!tls->ssl || !tls->in || !tls->out) {
        BIO_free(tls->in);
        BIO_free(tls->out);
        return false;
    }
    SSL_set_bio(tls->ssl, tls->in, tls->out);
    SSL_set_connect_state(tls->ssl);
    SSL_set_verify(tls->ssl, verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, NULL);
    return !name || expect_name(tls->ssl, name);
}

sio__redis_tls_t *sio__redis_tls_new(struct ssl_ctx_st *context, const char *name, bool verify)
{
    sio__redis_tls_t *tls = sio__calloc(1, sizeof(*tls));

    if (!tls)
        return NULL;
    tls->ssl = SSL_new(context);
    if (set_up(tls, name, verify))
        return tls;
    sio__redis_tls_free(tls);
    ERR_clear_error();
    return NULL;
}

void sio__redis_tls_free(sio__redis_tls_t *tls)
{
    if (!tls)
        return;
    SSL_free(tls->ssl);
    sio__free(tls);
}

/* What the last call has left: the certificate's fault is more telling than the library's words. */
static void note_error(sio__redis_tls_t *tls)
{
    long verdict = SSL_get_verify_result(tls->ssl);
    unsigned long code = ERR_get_error();
    const char *reason = code ? ERR_reason_error_string(code) : NULL;

    if (verdict != X509_V_OK)
        reason = X509_verify_cert_error_string(verdict);
    snprintf(tls->error, sizeof(tls->error), "TLS: %s", reason ? reason : "the connection ended");
    ERR_clear_error();
}

static bool take_out(sio__redis_tls_t *tls, sio__buf_t *out)
{
    size_t pending;

    while ((pending = BIO_ctrl_pending(tls->out))) {
        int got;

        if (!sio__buf_reserve(out, pending))
            return false;
        got = BIO_read(tls->out, out->data + out->len, (int)pending);
        if (got <= 0)
            break;
        out->len += (size_t)got;
    }
    return true;
}

/* Whether the last call only waits for more. */
static bool waits(sio__redis_tls_t *tls, int result)
{
    int error = SSL_get_error(tls->ssl, result);

    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
        return true;
    note_error(tls);
    return false;
}

int sio__redis_tls_handshake(sio__redis_tls_t *tls, const void *bytes, size_t len, sio__buf_t *out)
{
    int result;

    ERR_clear_error();
    if (len && BIO_write(tls->in, bytes, (int)len) != (int)len)
        return -1;
    result = SSL_do_handshake(tls->ssl);
    if (result != 1 && !waits(tls, result)) {
        take_out(tls, out); /* the alert */
        return -1;
    }
    if (!take_out(tls, out))
        return -1;
    return result == 1;
}

bool sio__redis_tls_decrypt(sio__redis_tls_t *tls, const void *bytes, size_t len, sio__buf_t *plain)
{
    int got;

    ERR_clear_error();
    if (len && BIO_write(tls->in, bytes, (int)len) != (int)len)
        return false;
    for (;;) {
        if (!sio__buf_reserve(plain, CHUNK))
            return false;
        got = SSL_read(tls->ssl, plain->data + plain->len, CHUNK);
        if (got <= 0)
            return waits(tls, got);
        plain->len += (size_t)got;
    }
}

bool sio__redis_tls_encrypt(sio__redis_tls_t *tls, const void *plain, size_t len, sio__buf_t *out)
{
    const char *at = plain;

    ERR_clear_error();
    while (len) {
        int part = len > CHUNK ? CHUNK : (int)len;
        int wrote = SSL_write(tls->ssl, at, part);

        if (wrote <= 0) {
            note_error(tls);
            return false;
        }
        at += wrote;
        len -= (size_t)wrote;
    }
    return take_out(tls, out);
}

const char *sio__redis_tls_error(const sio__redis_tls_t *tls)
{
    return tls->error[0] ? tls->error : "TLS: out of memory";
}
