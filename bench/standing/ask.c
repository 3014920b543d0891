/* ask.c -- executors that ask a served register over HTTP, and how long each answer took.
 *
 * usage: ask PORT TOKEN_FILE CONNECTIONS SECONDS KEYS single|counted [DEPTH]   one check a request
 *        ask PORT TOKEN_FILE CONNECTIONS SECONDS KEYS batch LINES              LINES keys a request
 *
 * Each connection is kept alive and asks again as soon as it was answered (a closed loop), so the
 * rate is what the service bears with so many waiting, and the latency is from the last byte sent
 * until the last byte read.  With a DEPTH so many requests are sent at once and answered before the
 * next (HTTP pipelining), as a gateway does that gathers what its clients ask.  KEYS are lines of
 * `standing_bench keys`.  One thread, epoll, and no JSON is read: an answer counts when its status
 * is 200, and stands when it says so.  Prints one JSON object. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum {
    CONNECTIONS_MAX = 256,
    KEYS_MAX = 4 << 20,
    KEY_LINE = 44,
    HEAD_MAX = 512,
    ANSWER_MAX = 4096
};
enum { BUCKETS = 2000000, BUCKET_NS = 1000, SINGLES = 65536, BODIES = 4 };

struct connection {
    int fd;
    int64_t sent_ns;
    const char *out;
    size_t out_left;
    char head[ANSWER_MAX]; /* of the answer: its beginning is enough */
    size_t head_size;
    int64_t body_left; /* -1: its length is not known yet */
    unsigned pending;  /* answers that are still to come */
};

static struct connection connection[CONNECTIONS_MAX];
static struct message {
    char *at;
    size_t size;
} message[SINGLES];
static unsigned messages, next_message, depth = 1;
static uint64_t bucket[BUCKETS], answered, stood;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static int64_t now_ns(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

static char *keys_read(const char *path, size_t *lines)
{
    FILE *file = fopen(path, "rb");
    char *bytes = malloc((size_t)KEYS_MAX * KEY_LINE);
    if (file == NULL || bytes == NULL)
        fail(path);
    *lines = fread(bytes, KEY_LINE, KEYS_MAX, file);
    fclose(file);
    if (*lines == 0 || bytes[KEY_LINE - 1] != '\n') {
        fprintf(stderr, "ask: not a file of `standing_bench keys`: %s\n", path);
        exit(1);
    }
    return bytes;
}

static void message_add(const char *token, const char *path, const char *type, const char *body,
                        size_t size)
{
    struct message *to = &message[messages++];
    to->at = malloc(HEAD_MAX + size);
    if (to->at == NULL)
        fail("memory");
    int head = snprintf(to->at, HEAD_MAX,
                        "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
                        "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n",
                        path, token, type, size);
    memcpy(to->at + head, body, size);
    to->size = (size_t)head + size;
}

static void message_join(struct message *to, const struct message *from)
{
    size_t size = 0;
    for (unsigned i = 0; i < depth; i++)
        size += from[i].size;
    struct message joined = {malloc(size), 0};
    if (joined.at == NULL)
        fail("memory");
    for (unsigned i = 0; i < depth; i++) {
        memcpy(joined.at + joined.size, from[i].at, from[i].size);
        joined.size += from[i].size;
    }
    *to = joined;
}

static void messages_make(const char *token, const char *keys, size_t lines, const char *how,
                          size_t a_batch)
{
    static const char BATCH[] = "/v1/sanctions/check/batch?act=transfer&object=bank_account";
    if (a_batch > 0) {
        for (unsigned i = 0; i < BODIES && (i + 1) * a_batch <= lines; i++)
            message_add(token, BATCH, "application/x-ndjson", keys + i * a_batch * KEY_LINE,
                        a_batch * KEY_LINE);
        return;
    }
    const char *receipt = strcmp(how, "counted") == 0 ? ",\"receipt\":\"counted\"" : "";
    for (size_t i = 0; i < lines && messages < SINGLES; i++) {
        char body[256];
        int size =
            snprintf(body, sizeof body, "%.*s,\"act\":\"transfer\",\"object\":\"bank_account\"%s}",
                     KEY_LINE - 2, keys + i * KEY_LINE, receipt);
        message_add(token, "/v1/sanctions/check", "application/json", body, (size_t)size);
    }
    for (unsigned i = 0; depth > 1 && (i + 1) * depth <= messages; i++) /* one of so many */
        message_join(&message[i], &message[i * depth]);
    messages /= depth;
}

static void push(struct connection *to)
{
    while (to->out_left > 0) {
        ssize_t sent = send(to->fd, to->out, to->out_left, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        to->out += sent;
        to->out_left -= (size_t)sent;
    }
    if (to->sent_ns == 0)
        to->sent_ns = now_ns();
}

static void ask(struct connection *to)
{
    const struct message *what = &message[next_message++ % messages];
    to->out = what->at;
    to->out_left = what->size;
    to->head_size = 0;
    to->body_left = -1;
    to->sent_ns = 0;
    to->pending = depth;
    push(to);
}

static void dial(struct connection *to, int port, int poll)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int one = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(to->fd, (struct sockaddr *)&address, sizeof address) != 0)
        fail("connect");
    setsockopt(to->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = to};
    if (epoll_ctl(poll, EPOLL_CTL_ADD, to->fd, &event) != 0)
        fail("epoll");
}

static void note(const struct connection *from)
{
    int64_t took = (now_ns() - from->sent_ns) / BUCKET_NS;
    if (strncmp(from->head, "HTTP/1.1 200", 12) != 0) {
        fprintf(stderr, "ask: %.*s\n", (int)from->head_size, from->head);
        exit(1);
    }
    bucket[took < BUCKETS ? took : BUCKETS - 1]++;
    answered++;
    stood += strstr(from->head, "\"stands\":true") != NULL;
}

static void keep(struct connection *from, const char *bytes, size_t size)
{
    size_t room = sizeof from->head - 1 - from->head_size;
    size_t kept = size < room ? size : room;
    memcpy(from->head + from->head_size, bytes, kept);
    from->head_size += kept;
    from->head[from->head_size] = '\0';
}

/* What came, up to the end of an answer; how much of it that is. */
static size_t take(struct connection *from, const char *bytes, size_t size)
{
    size_t used = 0, before = from->head_size;
    if (from->body_left < 0) {
        keep(from, bytes, size);
        const char *end = strstr(from->head, "\r\n\r\n");
        const char *length = end == NULL ? NULL : strcasestr(from->head, "Content-Length:");
        if (length == NULL)
            return size;
        from->body_left = strtoll(length + 15, NULL, 10);
        used = (size_t)(end + 4 - from->head) - before;
        from->head_size = before + used;
    }
    size_t rest = size - used, body = (size_t)from->body_left;
    if (rest > body)
        rest = body;
    keep(from, bytes + used, rest);
    from->body_left -= (int64_t)rest;
    return used + rest;
}

static void hear(struct connection *from, bool again)
{
    static char bytes[1 << 20];
    for (;;) {
        ssize_t got = recv(from->fd, bytes, sizeof bytes, MSG_DONTWAIT);
        if (got == 0)
            fail("the service closed a connection");
        if (got < 0)
            return;
        for (size_t at = 0; at < (size_t)got;) {
            at += take(from, bytes + at, (size_t)got - at);
            if (from->body_left != 0)
                continue;
            note(from);
            from->head_size = 0;
            from->body_left = -1;
            from->pending--;
        }
        if (from->pending == 0 && again)
            ask(from);
    }
}

static double quantile_ms(double share)
{
    uint64_t seen = 0;
    for (int i = 0; i < BUCKETS; i++) {
        seen += bucket[i];
        if ((double)seen >= share * (double)answered)
            return (double)(i + 1) * BUCKET_NS * 1e-6;
    }
    return -1;
}

static void token_read(const char *path, char *token, size_t size)
{
    FILE *file = fopen(path, "r");
    if (file == NULL || fgets(token, (int)size, file) == NULL)
        fail(path);
    token[strcspn(token, "\r\n")] = '\0';
    fclose(file);
}

int main(int argc, char **argv)
{
    char token[256];
    size_t lines = 0;
    if (argc < 7) {
        fputs("ask PORT TOKEN_FILE CONNECTIONS SECONDS KEYS single|counted|batch [DEPTH|LINES]\n",
              stderr);
        return 2;
    }
    int connections = (int)strtol(argv[3], NULL, 10), poll = epoll_create1(0);
    bool batches = strcmp(argv[6], "batch") == 0;
    size_t a_batch = batches && argc > 7 ? strtoul(argv[7], NULL, 10) : 0;
    depth = !batches && argc > 7 ? (unsigned)strtoul(argv[7], NULL, 10) : 1;
    if (connections < 1 || connections > CONNECTIONS_MAX || depth < 1 || depth > 64 ||
        (batches && a_batch == 0))
        return 2;
    token_read(argv[2], token, sizeof token);
    char *keys = keys_read(argv[5], &lines);
    messages_make(token, keys, lines, argv[6], a_batch);
    for (int i = 0; i < connections; i++)
        dial(&connection[i], (int)strtol(argv[1], NULL, 10), poll);
    for (int i = 0; i < connections; i++)
        ask(&connection[i]);
    int64_t from = now_ns(), until = from + (int64_t)(strtod(argv[4], NULL) * 1e9);
    while (now_ns() < until) {
        struct epoll_event event[64];
        int count = epoll_wait(poll, event, 64, 1000);
        for (int i = 0; i < count; i++) {
            push(event[i].data.ptr);
            hear(event[i].data.ptr, true);
        }
    }
    double took = (double)(now_ns() - from) * 1e-9;
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    printf("{\"how\":\"%s\",\"depth\":%u,\"connections\":%d,\"answers\":%llu,"
           "\"answers_a_second\":%.0f,"
           "\"identifiers_a_second\":%.0f,\"stood\":%llu,\"p50_ms\":%.3f,\"p99_ms\":%.3f,"
           "\"p999_ms\":%.3f,\"client_cpu_s\":%.2f,\"seconds\":%.2f}\n",
           argv[6], depth, connections, (unsigned long long)answered, (double)answered / took,
           (double)answered / took * (double)(a_batch > 0 ? a_batch : 1), (unsigned long long)stood,
           quantile_ms(0.5), quantile_ms(0.99), quantile_ms(0.999),
           (double)used.ru_utime.tv_sec + (double)used.ru_utime.tv_usec * 1e-6 +
               (double)used.ru_stime.tv_sec + (double)used.ru_stime.tv_usec * 1e-6,
           took);
    return 0;
}
