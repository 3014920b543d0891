/* http_test.c -- the server over real sockets on the loopback: what it accepts, what it refuses,
 * and whom it cuts. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/http_inside.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* A house of one: answers what it was told to, now or from another thread. */
struct house {
    struct arena *boot;
    struct http *http;
    pthread_mutex_t lock;
    struct http_request *later; /* the handler kept it */
    struct http_stream *stream;
};

/* /wait, /early and /wait-no wait outside first; /early is called in before it stands there. */
static struct http_admission admit(void *self, struct http_request *request,
                                   struct http_answer *answer)
{
    struct house *house = self;
    struct slice path = http_path(request);
    if (slice_equal(path, SLICE("/early")))
        http_readmit(request);
    if (slice_starts(path, SLICE("/wait"))) {
        pthread_mutex_lock(&house->lock);
        house->later = request;
        pthread_mutex_unlock(&house->lock);
    }
    if (slice_starts(path, SLICE("/wait")) || slice_equal(path, SLICE("/early")))
        return (struct http_admission){.waits = true};
    if (slice_equal(path, SLICE("/no"))) {
        *answer = (struct http_answer){403, "text/plain", SLICE("no"), {{0}}, 0};
        return (struct http_admission){.refused = true};
    }
    return (struct http_admission){
        .body_size_max = slice_equal(http_path(request), SLICE("/big")) ? 400000 : 1000};
}

static struct http_admission readmit(void *self, struct http_request *request,
                                     struct http_answer *answer)
{
    (void)self;
    *answer = (struct http_answer){429, "text/plain", SLICE("no room"), {{0}}, 0};
    return (struct http_admission){.refused = slice_equal(http_path(request), SLICE("/wait-no")),
                                   .body_size_max = 400000};
}

static void refuse(void *self, struct http_request *request, int status, struct http_answer *answer)
{
    (void)self;
    (void)request;
    *answer = (struct http_answer){status, "text/plain", SLICE("refused"), {{0}}, 0};
}

static void handle(void *self, struct http_request *request)
{
    struct house *house = self;
    struct slice path = http_path(request);
    if (slice_equal(path, SLICE("/later"))) {
        pthread_mutex_lock(&house->lock);
        house->later = request;
        pthread_mutex_unlock(&house->lock);
        return;
    }
    if (slice_equal(path, SLICE("/stream"))) {
        const struct http_answer begin = {200, "text/event-stream", {0}, {{0}}, 0};
        struct http_stream *stream = NULL;
        assert_int_equal(http_stream_begin(request, &begin, &stream), STATUS_OK);
        pthread_mutex_lock(&house->lock);
        house->stream = stream;
        pthread_mutex_unlock(&house->lock);
        return;
    }
    char *bytes = NULL;
    assert_int_equal(arena_take(http_arena(request), 4096, (void **)&bytes), STATUS_OK);
    struct text text = text_over(bytes, 4096);
    struct slice body = http_body(request);
    text_addf(&text, "%.*s %.*s %zu q=%.*s %s %.*s", (int)http_method(request).size,
              http_method(request).at, (int)path.size, path.at, body.size,
              (int)http_query(request, "q").size, http_query(request, "q").at,
              http_tongue(request) == TONGUE_ZH ? "zh" : "en", (int)http_peer(request).size,
              http_peer(request).at);
    const struct http_answer answer = {200, "text/plain", text_slice(&text), {{0}}, 0};
    http_respond(request, &answer);
}

static int opened(void **state)
{
    static struct house house;
    house = (struct house){0};
    pthread_mutex_init(&house.lock, NULL);
    char room[256];
    struct text why = text_over(room, sizeof room);
    assert_int_equal(arena_create(&house.boot, 64 << 20), STATUS_OK);
    const struct http_options options = {
        .address = "127.0.0.1",
        .threads = 2,
        .connections_max = 64,
        .connections_per_peer_max = 32,
        .streams_max = 4,
        .header_seconds_max = 1,
        .body_bytes_per_second_min = 100000,
        .idle_seconds_max = 3,
        .header_bytes_max = 8192,
        .bodies_bytes_max = 1 << 20,
        .clock = clock_of_machine(),
        .admit = admit,
        .readmit = readmit,
        .handle = handle,
        .refuse = refuse,
        .self = &house,
    };
    assert_int_equal(http_open(&house.http, &options, house.boot, &why), STATUS_OK);
    *state = &house;
    return 0;
}

static int closed(void **state)
{
    struct house *house = *state;
    http_close(house->http, 2);
    arena_destroy(house->boot);
    return 0;
}

static int dial(struct house *house)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(http_port(house->http))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int line = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(line >= 0);
    assert_int_equal(connect(line, (struct sockaddr *)&address, sizeof address), 0);
    return line;
}

static void say(int line, const char *bytes)
{
    size_t size = strlen(bytes);
    (void)!(send(line, bytes, size, MSG_NOSIGNAL) == (ssize_t)size);
}

/* What comes until the line ends, nothing came for `patience` ms, or `until` was seen. */
static size_t hear(int line, char *into, size_t size, const char *until, int patience)
{
    size_t got = 0;
    while (got + 1 < size) {
        struct pollfd wait = {.fd = line, .events = POLLIN};
        if (poll(&wait, 1, patience) <= 0)
            break;
        ssize_t n = recv(line, into + got, size - 1 - got, 0);
        if (n <= 0)
            break;
        got += (size_t)n;
        into[got] = '\0';
        if (until != NULL && strstr(into, until) != NULL)
            break;
    }
    into[got] = '\0';
    return got;
}

static bool line_ended(int line, int patience)
{
    char c;
    struct pollfd wait = {.fd = line, .events = POLLIN};
    return poll(&wait, 1, patience) > 0 && recv(line, &c, 1, 0) <= 0;
}

static void an_answer_keeps_the_line_and_has_its_headers(void **state)
{
    struct house *house = *state;
    char heard[8192];
    int line = dial(house);
    for (int i = 0; i < 3; i++) {
        say(line, "GET /a?q=%E4%BD%A0+b HTTP/1.1\r\nHost: x\r\nAccept-Language: fr, zh-CN;q=0.9, "
                  "en;q=0.8\r\n\r\n");
        hear(line, heard, sizeof heard, "127.0.0.1", 2000);
        assert_non_null(strstr(heard, "HTTP/1.1 200"));
        assert_non_null(strstr(heard, "GET /a 0 q=你 b zh 127.0.0.1"));
        assert_non_null(strstr(heard, "X-Content-Type-Options: nosniff"));
        assert_non_null(strstr(heard, "Cache-Control: no-store"));
        assert_non_null(strstr(heard, "Content-Security-Policy: default-src 'none'"));
        assert_null(strstr(heard, "Connection: close"));
    }
    say(line,
        "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcHEAD /a HTTP/1.1\r\nHost: "
        "x\r\n\r\n");
    hear(line, heard, sizeof heard, "Content-Length: 2", 2000);
    hear(line, heard + strlen(heard), sizeof heard - strlen(heard), NULL, 300);
    assert_non_null(strstr(heard, "POST /a 3"));
    assert_null(strstr(heard, "HEAD /a 0")); /* an answer to HEAD has no body */
    close(line);
}

static void a_body_too_large_is_413_by_length_and_by_chunks(void **state)
{
    struct house *house = *state;
    char heard[8192];
    int line = dial(house);
    say(line, "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n");
    hear(line, heard, sizeof heard, "refused", 2000);
    assert_non_null(strstr(heard, "HTTP/1.1 413"));
    assert_non_null(strstr(heard, "Connection: close"));
    close(line);
    line = dial(house);
    say(line, "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n");
    static char block[1024 + 1];
    memset(block, 'x', 1024);
    say(line, block);
    say(line, "\r\n400\r\n");
    say(line, block);
    say(line, "\r\n0\r\n\r\n");
    hear(line, heard, sizeof heard, "refused", 2000);
    assert_non_null(strstr(heard, "HTTP/1.1 413"));
    close(line);
}

static void a_large_body_comes_whole_chunked_or_not(void **state)
{
    struct house *house = *state;
    char heard[8192];
    static char block[100001];
    memset(block, 'x', 100000);
    int line = dial(house);
    say(line, "POST /big HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n");
    for (int i = 0; i < 3; i++)
        say(line, block);
    hear(line, heard, sizeof heard, "/big 300000", 2000);
    assert_non_null(strstr(heard, "/big 300000"));
    say(line, "POST /big HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 3; i++) {
        say(line, "186a0\r\n");
        say(line, block);
        say(line, "\r\n");
    }
    say(line, "0\r\n\r\n");
    hear(line, heard, sizeof heard, "/big 300000", 2000);
    assert_non_null(strstr(heard, "/big 300000"));
    close(line);
}

static void large_headers_are_431(void **state)
{
    struct house *house = *state;
    char heard[8192];
    static char many[60001];
    int line = dial(house);
    say(line, "GET /a HTTP/1.1\r\nHost: x\r\nX: ");
    memset(many, 'y', 9000);
    say(line, many);
    say(line, "\r\n\r\n");
    hear(line, heard, sizeof heard, "refused", 2000);
    assert_non_null(strstr(heard, "HTTP/1.1 431"));
    close(line);
    line = dial(house);
    say(line, "GET /a HTTP/1.1\r\nHost: x\r\nX: ");
    memset(many, 'y', 60000);
    say(line, many);
    say(line, "\r\n\r\n");
    hear(line, heard, sizeof heard, "\r\n\r\n", 2000);
    assert_non_null(strstr(heard, "HTTP/1.1 431"));
    close(line);
}

static void a_length_with_two_meanings_ends_the_line(void **state)
{
    struct house *house = *state;
    /* What follows a request in its "body" must never be answered as a request of its own. */
    static const char *const SMUGGLED[] = {
#define SMUGGLE(name, bytes) bytes,
#include "api/smuggle_test.inc"
#undef SMUGGLE
    };
    for (size_t i = 0; i < sizeof SMUGGLED / sizeof SMUGGLED[0]; i++) {
        char heard[16384] = "";
        int line = dial(house);
        say(line, SMUGGLED[i]);
        hear(line, heard, sizeof heard, NULL, 300);
        if (strstr(heard, "/smuggled") != NULL || strstr(heard, "HTTP/1.1 2") != NULL)
            fail_msg("smuggled: case %zu: %s", i, heard);
        if (strstr(heard, "HTTP/1.1 4") == NULL && strstr(heard, "HTTP/1.1 5") == NULL &&
            !line_ended(line, 2500)) /* the library may also just hang up */
            fail_msg("neither refused nor ended: case %zu: %s", i, heard);
        close(line);
    }
}

static void an_answer_may_come_later_from_another_thread(void **state)
{
    struct house *house = *state;
    char heard[8192];
    int line = dial(house);
    for (int i = 0; i < 3; i++) {
        struct http_request *request = NULL;
        say(line, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
        while (request == NULL) {
            usleep(1000);
            pthread_mutex_lock(&house->lock);
            request = house->later;
            house->later = NULL;
            pthread_mutex_unlock(&house->lock);
        }
        const struct http_answer answer = {202, "text/plain", SLICE("at last"), {{0}}, 0};
        http_respond(request, &answer);
        hear(line, heard, sizeof heard, "at last", 2000);
        assert_non_null(strstr(heard, "HTTP/1.1 202"));
    }
    close(line);
}

static void a_refused_request_keeps_the_line_if_its_body_is_small(void **state)
{
    struct house *house = *state;
    char heard[8192];
    int line = dial(house);
    say(line, "POST /no HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
    hear(line, heard, sizeof heard, "\r\n\r\nno", 2000);
    assert_non_null(strstr(heard, "HTTP/1.1 403"));
    assert_null(strstr(heard, "Connection: close"));
    say(line, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
    hear(line, heard, sizeof heard, "127.0.0.1", 2000);
    assert_non_null(strstr(heard, "HTTP/1.1 200"));
    close(line);
}

static struct http_request *waiting(struct house *house)
{
    struct http_request *request = NULL;
    while (request == NULL) {
        usleep(1000);
        pthread_mutex_lock(&house->lock);
        request = house->later;
        house->later = NULL;
        pthread_mutex_unlock(&house->lock);
    }
    return request;
}

static void a_body_waits_outside_until_it_is_called_in(void **state)
{
    struct house *house = *state;
    static char block[300001];
    char heard[8192];
    memset(block, 'x', 300000);
    int line = dial(house);
    for (int i = 0; i < 3; i++) {
        say(line, "POST /wait HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n");
        struct http_request *request = waiting(house);
        usleep(i == 0 ? 0 : 20000); /* before it stands outside, or when it does */
        http_readmit(request);
        say(line, block);
        hear(line, heard, sizeof heard, "/wait 300000", 2000);
        assert_non_null(strstr(heard, "/wait 300000"));
        say(line, "POST /wait-no HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n");
        http_readmit(waiting(house));
        say(line, block);
        hear(line, heard, sizeof heard, "no room", 2000);
        assert_non_null(strstr(heard, "HTTP/1.1 429"));
        say(line, "POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
        hear(line, heard, sizeof heard, "/early 3", 2000);
        assert_non_null(strstr(heard, "/early 3"));
        say(line, "POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
        hear(line, heard, sizeof heard, "/early 0", 2000);
        assert_non_null(strstr(heard, "/early 0"));
    }
    close(line);
}

static struct http_stream *stream_of(struct house *house)
{
    struct http_stream *stream = NULL;
    while (stream == NULL) {
        usleep(1000);
        pthread_mutex_lock(&house->lock);
        stream = house->stream;
        house->stream = NULL;
        pthread_mutex_unlock(&house->lock);
    }
    return stream;
}

static void a_stream_gives_what_is_written_and_sees_who_left(void **state)
{
    struct house *house = *state;
    char heard[8192];
    int line = dial(house);
    say(line, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
    struct http_stream *stream = stream_of(house);
    assert_int_equal(http_stream_write(stream, SLICE("data: one\n\n")), STATUS_OK);
    hear(line, heard, sizeof heard, "data: one", 2000);
    assert_non_null(strstr(heard, "data: one"));
    usleep(50000);
    assert_int_equal(http_stream_write(stream, SLICE("data: two\n\n")), STATUS_OK);
    hear(line, heard, sizeof heard, "data: two", 2000);
    assert_non_null(strstr(heard, "data: two"));
    close(line);
    enum status status = STATUS_OK;
    for (int i = 0; i < 200 && status == STATUS_OK; i++) {
        status = http_stream_write(stream, SLICE(": beat\n\n"));
        usleep(5000);
    }
    assert_int_equal(status, STATUS_END);
    http_stream_end(stream);
}

static void a_slow_reader_of_a_stream_is_full_and_bounded(void **state)
{
    struct house *house = *state;
    static char block[4097];
    int line = dial(house);
    int small = 4096;
    setsockopt(line, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    say(line, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
    struct http_stream *stream = stream_of(house);
    memset(block, 'x', sizeof block - 1);
    enum status status = STATUS_OK;
    int written = 0;
    while (status == STATUS_OK && written++ < 100000)
        status = http_stream_write(stream, slice_of(block));
    assert_int_equal(status, STATUS_FULL);
    http_stream_end(stream);
    close(line);
}

static void too_many_streams_are_full_not_a_growth(void **state)
{
    struct house *house = *state;
    char heard[4096];
    struct http_stream *streams[4];
    int lines[5];
    for (int i = 0; i < 4; i++) {
        lines[i] = dial(house);
        say(lines[i], "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
        streams[i] = stream_of(house);
    }
    struct http_counts counts;
    http_count(house->http, &counts);
    assert_int_equal(counts.streams, 4);
    for (int i = 0; i < 4; i++) {
        http_stream_end(streams[i]);
        hear(lines[i], heard, sizeof heard, "0\r\n\r\n", 2000);
        close(lines[i]);
    }
}

static void the_slow_are_cut_and_the_others_are_served(void **state)
{
    struct house *house = *state;
    char heard[8192];
    int header = dial(house), body = dial(house), silent = dial(house), request_line = dial(house);
    say(header, "GET /a HTTP/1.1\r\nHost: x\r\n");
    say(body, "POST /big HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n");
    say(request_line, "GE");
    for (int i = 0; i < 16; i++) { /* a byte now and then, for 8 s */
        say(header, "X");
        say(body, "y");
        say(request_line, "T");
        usleep(500000);
        int line = dial(house);
        say(line, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
        hear(line, heard, sizeof heard, "127.0.0.1", 500);
        assert_non_null(strstr(heard, "HTTP/1.1 200"));
        close(line);
    }
    assert_true(line_ended(header, 100));
    assert_true(line_ended(body, 100));
    assert_true(line_ended(silent, 100));
    assert_true(line_ended(request_line, 100));
    struct http_counts counts;
    http_count(house->http, &counts);
    assert_true(counts.cut >= 4);
    close(header);
    close(body);
    close(silent);
    close(request_line);
}

static void one_peer_has_so_many_lines_and_no_more(void **state)
{
    struct house *house = *state;
    char heard[4096];
    int lines[40], served = 0;
    for (int i = 0; i < 40; i++) {
        lines[i] = dial(house);
        say(lines[i], "GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
        hear(lines[i], heard, sizeof heard, "127.0.0.1", 500);
        served += strstr(heard, "HTTP/1.1 200") != NULL;
    }
    assert_in_range(served, 1, 32);
    for (int i = 0; i < 40; i++)
        close(lines[i]);
}

static void closing_answers_who_still_waits(void **state)
{
    struct house *house = *state;
    char heard[4096];
    int line = dial(house);
    say(line, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
    struct http_stream *stream = stream_of(house);
    int later = dial(house);
    say(later, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    usleep(100000);
    http_close(house->http, 1);
    hear(line, heard, sizeof heard, "0\r\n\r\n", 500);
    assert_non_null(strstr(heard, "0\r\n\r\n"));
    hear(later, heard, sizeof heard, "\r\n\r\n", 500);
    assert_non_null(strstr(heard, "HTTP/1.1 503"));
    http_stream_end(stream);
    const struct http_answer answer = {200, "text/plain", SLICE("too late"), {{0}}, 0};
    http_respond(house->later, &answer); /* lets go, nothing else */
    arena_destroy(house->later->arena);
    close(line);
    close(later);
    arena_destroy(house->boot);
}

static void queries_are_unescaped_strictly(void **state)
{
    (void)state;
    char out[64];
    size_t size = 0;
    assert_int_equal(query_unescape(SLICE("a%20b"), out, &size), STATUS_OK);
    assert_memory_equal(out, "a b", size);
    static const char *const WRONG[] = {"%", "%2", "%zz", "a%00b", "%ff", "%c3%28"};
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++)
        assert_int_equal(query_unescape(slice_of(WRONG[i]), out, &size), STATUS_MALFORMED);
}

static void the_tongue_is_the_one_liked_best(void **state)
{
    (void)state;
    assert_int_equal(tongue_accepted(SLICE("")), TONGUE_EN);
    assert_int_equal(tongue_accepted(SLICE("zh-CN,zh;q=0.9,en;q=0.8")), TONGUE_ZH);
    assert_int_equal(tongue_accepted(SLICE("en;q=0.9, ZH;q=0.95")), TONGUE_ZH);
    assert_int_equal(tongue_accepted(SLICE("zh;q=0, en;q=0.1")), TONGUE_EN);
    assert_int_equal(tongue_accepted(SLICE("zha, fr")), TONGUE_EN);
    assert_int_equal(tongue_accepted(SLICE(";;q=,,zh")), TONGUE_ZH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queries_are_unescaped_strictly),
        cmocka_unit_test(the_tongue_is_the_one_liked_best),
#define LIVE(name) cmocka_unit_test_setup_teardown(name, opened, closed)
        LIVE(an_answer_keeps_the_line_and_has_its_headers),
        LIVE(a_body_too_large_is_413_by_length_and_by_chunks),
        LIVE(a_large_body_comes_whole_chunked_or_not),
        LIVE(large_headers_are_431),
        LIVE(a_length_with_two_meanings_ends_the_line),
        LIVE(an_answer_may_come_later_from_another_thread),
        LIVE(a_body_waits_outside_until_it_is_called_in),
        LIVE(a_refused_request_keeps_the_line_if_its_body_is_small),
        LIVE(a_stream_gives_what_is_written_and_sees_who_left),
        LIVE(a_slow_reader_of_a_stream_is_full_and_bounded),
        LIVE(too_many_streams_are_full_not_a_growth),
        LIVE(the_slow_are_cut_and_the_others_are_served),
        LIVE(one_peer_has_so_many_lines_and_no_more),
        cmocka_unit_test_setup(closing_answers_who_still_waits, opened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
