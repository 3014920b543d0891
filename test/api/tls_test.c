/* tls_test.c -- the server with a certificate: spoken to over TLS, and only so.
 *
 * The keys below are made up for this test and guard nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static const char CERTIFICATE[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBfzCCASWgAwIBAgIUGjKpjIX4mL7YwqOnkDknzNVbdiswCgYIKoZIzj0EAwIw\n"
    "FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNTIwMTk0MFoYDzIxMjYxMTAx\n"
    "MjAxOTQwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO\n"
    "PQMBBwNCAATQZvTe2BbIdH1Li8DGza9pMyYkv0kfNuwbfJMQBZduA9SAMdchRA5G\n"
    "FQqPI4CynaBxvJzfAqR/9Xjd3HJNgk3go1MwUTAdBgNVHQ4EFgQUKK72IgyRydjx\n"
    "6ULHS3dyxLLDcjYwHwYDVR0jBBgwFoAUKK72IgyRydjx6ULHS3dyxLLDcjYwDwYD\n"
    "VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAlhj4P6lu3bjF7lK76IQL\n"
    "QYMMjGasPeQynrBx9AdxmksCICsSKfRiItUXmrex5368f5OkOs8ExgmQ9PcoXqHy\n"
    "FwBV\n"
    "-----END CERTIFICATE-----\n";
static const char KEY[] = "-----BEGIN PRIVATE KEY-----\n"
                          "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQglVqRad6LgEK/4yd6\n"
                          "DXW0n2tUjA/cakcN/HwHFdmUd2ehRANCAATQZvTe2BbIdH1Li8DGza9pMyYkv0kf\n"
                          "NuwbfJMQBZduA9SAMdchRA5GFQqPI4CynaBxvJzfAqR/9Xjd3HJNgk3g\n"
                          "-----END PRIVATE KEY-----\n";
static const char OTHER_KEY[] = "-----BEGIN PRIVATE KEY-----\n"
                                "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgS/5h1n3q59nwNTeD\n"
                                "ZuVkXg/BOflkFldttK+HRj8U3FehRANCAAQ8vdLKHQrW/hn9lJ5h5jBzayiIEWjq\n"
                                "ri3itx7V+HIa2bJv/UTsgsONDctVGdkfQV1lmJaRZF7ZrTIP4eVeaEcZ\n"
                                "-----END PRIVATE KEY-----\n";

static struct http_admission admit(void *self, struct http_request *request,
                                   struct http_answer *answer)
{
    (void)self;
    (void)request;
    (void)answer;
    return (struct http_admission){0};
}

static void refuse(void *self, struct http_request *request, int status, struct http_answer *answer)
{
    (void)self;
    (void)request;
    *answer = (struct http_answer){.status = status};
}

static void handle(void *self, struct http_request *request)
{
    (void)self;
    const struct http_answer answer = {200, "text/plain", SLICE("over TLS"), {{0}}, 0};
    http_respond(request, &answer);
}

static enum status open_with(struct http **http, const char *key, struct arena *boot)
{
    char room[256];
    struct text why = text_over(room, sizeof room);
    const struct http_options options = {.address = "127.0.0.1",
                                         .threads = 1,
                                         .connections_max = 8,
                                         .connections_per_peer_max = 8,
                                         .streams_max = 1,
                                         .header_seconds_max = 1,
                                         .body_bytes_per_second_min = 500,
                                         .idle_seconds_max = 5,
                                         .header_bytes_max = 8192,
                                         .bodies_bytes_max = 1 << 20,
                                         .certificate = {CERTIFICATE, sizeof CERTIFICATE - 1},
                                         .key = slice_of(key),
                                         .clock = clock_of_machine(),
                                         .admit = admit,
                                         .handle = handle,
                                         .refuse = refuse};
    return http_open(http, &options, boot, &why);
}

static int dial(const struct http *http)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(http_port(http))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int line = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(line >= 0);
    assert_int_equal(connect(line, (struct sockaddr *)&address, sizeof address), 0);
    return line;
}

static const char REQUEST[] = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

/* What is answered over TLS of at most this version; the size, or -1: no handshake. */
static int asked(const struct http *http, int version_max, char *into, int size)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL *tls = SSL_new(context);
    int line = dial(http), got = 0;
    (void)SSL_set_max_proto_version(tls, version_max);
    (void)SSL_set_fd(tls, line);
    bool joined = SSL_connect(tls) == 1;
    if (joined) {
        assert_int_equal(SSL_write(tls, REQUEST, sizeof REQUEST - 1), sizeof REQUEST - 1);
        for (int n = 1; n > 0 && got<size - 1; got += n> 0 ? n : 0)
            n = SSL_read(tls, into + got, size - 1 - got);
        into[got] = '\0';
    }
    SSL_free(tls);
    SSL_CTX_free(context);
    (void)close(line);
    return joined ? got : -1;
}

static void a_certificate_makes_it_tls_and_nothing_else(void **state)
{
    (void)state;
    char heard[4096] = "";
    struct arena *boot = NULL;
    struct http *http = NULL;
    assert_int_equal(arena_create(&boot, 16 << 20), STATUS_OK);
    assert_int_equal(open_with(&http, KEY, boot), STATUS_OK);
    static const int VERSIONS[] = {TLS1_3_VERSION, TLS1_2_VERSION};
    for (int i = 0; i < 2; i++) {
        assert_true(asked(http, VERSIONS[i], heard, sizeof heard) > 0);
        assert_non_null(strstr(heard, "HTTP/1.1 200"));
        assert_non_null(strstr(heard, "over TLS"));
        assert_non_null(strstr(heard, "Strict-Transport-Security: max-age=63072000"));
    }
    assert_int_equal(asked(http, TLS1_1_VERSION, heard, sizeof heard), -1);
    int line = dial(http); /* in the clear: no answer */
    heard[0] = '\0';
    assert_int_equal(send(line, REQUEST, sizeof REQUEST - 1, MSG_NOSIGNAL), sizeof REQUEST - 1);
    ssize_t got = recv(line, heard, sizeof heard - 1, 0);
    assert_true(got <= 0 || memcmp(heard, "HTTP/1.1 2", 10) != 0);
    (void)close(line);
    http_close(http, 1);
    arena_destroy(boot);
}

static void a_key_of_another_certificate_is_refused(void **state)
{
    (void)state;
    struct arena *boot = NULL;
    struct http *http = NULL;
    assert_int_equal(arena_create(&boot, 16 << 20), STATUS_OK);
    assert_int_equal(open_with(&http, "rubbish", boot), STATUS_REFUSED);
    assert_int_equal(open_with(&http, OTHER_KEY, boot), STATUS_REFUSED);
    arena_destroy(boot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_certificate_makes_it_tls_and_nothing_else),
        cmocka_unit_test(a_key_of_another_certificate_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
