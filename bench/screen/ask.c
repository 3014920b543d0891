/* ask.c -- a client that asks whether calls and payments may go on, at a rate, and says how long
 * the answers took.
 *
 * usage: ask PORT TOKEN_FILE CONNECTIONS RATE SECONDS CALLS.csv PAYMENTS.csv
 *
 * Every request has its time in a schedule that does not wait for answers; the latency counts from
 * there, so a stop of the service is seen by all requests that it held up.  The parties are drawn
 * from the files, two calls to one payment; the time of each is that up to which the service said
 * that it knows, because records of a made-up city run ahead of the clock.  One thread, epoll,
 * HTTP/1.1 keep-alive.  The connections take their turns: one that waits for its first request
 * longer than `listen.header_time` is cut by the service, and the latest free one first would leave
 * some waiting for ever at a low rate.  One that was cut while it was free is dialled again, and
 * counted.  Prints one JSON object. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 512, REQUESTS_MAX = 20000, REQUEST_SIZE = 512, BUCKETS = 200000 };

struct connection {
    int fd;
    int busy;
    int64_t due_us; /* when its request was to be sent */
    size_t got;
    char answer[65536];
};

static struct connection connection[CONNECTIONS_MAX];
static char request[REQUESTS_MAX][REQUEST_SIZE];
static unsigned requests_count;
static uint64_t bucket[BUCKETS]; /* of 5 us */
static uint64_t answers[5];      /* allow, warn, hold, block, something else */
static uint64_t found;           /* answers before which the rules had something to say */
static uint64_t late;
static uint64_t cut; /* connections that the service ended while they were free */

#define SOME_TIME "2000-01-01T00:00:00.000+00:00"
static char known[sizeof SOME_TIME] = SOME_TIME;

static int64_t now_us(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (int64_t)at.tv_sec * 1000000 + at.tv_nsec / 1000;
}

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void request_add(const char *token, const char *kind, const char *body)
{
    int size = snprintf(request[requests_count], REQUEST_SIZE,
                        "POST /v1/screen/%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                        "%s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                        kind, token, strlen(body), body);
    if (size > 0 && size < REQUEST_SIZE)
        requests_count++;
}

/* The n-th comma-separated cell of a line. */
static int cell(const char *line, unsigned n, char *out, size_t size)
{
    for (; n > 0; n--) {
        line = strchr(line, ',');
        if (line == NULL)
            return 0;
        line++;
    }
    size_t length = strcspn(line, ",\r\n");
    if (length == 0 || length >= size)
        return 0;
    memcpy(out, line, length);
    out[length] = '\0';
    return 1;
}

static unsigned column(const char *header, const char *name)
{
    char found[64];
    for (unsigned n = 0; n < 64; n++)
        if (cell(header, n, found, sizeof found) && strcmp(found, name) == 0)
            return n;
    fprintf(stderr, "ask: no column %s\n", name);
    exit(1);
}

static void read_file(const char *path, const char *token, int calls, unsigned most)
{
    char line[4096], a[64], b[64], c[64], body[320];
    FILE *file = fopen(path, "r");
    if (file == NULL || fgets(line, sizeof line, file) == NULL)
        fail(path);
    unsigned from = column(line, calls ? "caller" : "payer");
    unsigned to = column(line, calls ? "callee" : "payee");
    unsigned third = calls ? from : column(line, "amount");
    for (unsigned n = 0, taken = 0; taken < most && fgets(line, sizeof line, file) != NULL; n++) {
        if (n % 37 != 0 || !cell(line, from, a, 64) || !cell(line, to, b, 64) ||
            !cell(line, third, c, 64))
            continue;
        if (calls)
            snprintf(body, sizeof body,
                     "{\"time\":\"" SOME_TIME "\",\"caller\":\"%s\",\"callee\":\"%s\"}", a, b);
        else
            snprintf(body, sizeof body,
                     "{\"time\":\"" SOME_TIME
                     "\",\"payer\":\"%s\",\"payee\":\"%s\",\"amount\":\"%s\"}",
                     a, b, c);
        request_add(token, calls ? "call" : "payment", body);
        taken++;
    }
    fclose(file);
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
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = to};
    epoll_ctl(poll, EPOLL_CTL_ADD, to->fd, &event);
}

static void note(struct connection *from)
{
    static const char *const WORDS[] = {"\"answer\":\"allow\"", "\"answer\":\"warn\"",
                                        "\"answer\":\"hold\"", "\"answer\":\"block\""};
    int64_t took = (now_us() - from->due_us) / 5;
    bucket[took < BUCKETS ? took : BUCKETS - 1]++;
    unsigned word = 0;
    const char *body = strstr(from->answer, "\r\n\r\n");
    while (word < 4 && strstr(body, WORDS[word]) == NULL)
        word++;
    answers[word]++;
    const char *up_to = strstr(body, "\"known_up_to\":\"");
    if (up_to != NULL)
        memcpy(known, up_to + 15, sizeof known - 1);
    found += word < 4 && strstr(body, "\"findings\":0") == NULL;
    late += strstr(body, "\"late\":true") != NULL;
}

/* One more piece of an answer; 1: it is whole. */
static int hear(struct connection *from, int port, int poll)
{
    ssize_t got = recv(from->fd, from->answer + from->got, sizeof from->answer - 1 - from->got, 0);
    if (got <= 0 && !from->busy) {
        close(from->fd);
        dial(from, port, poll);
        cut++;
        return 0;
    }
    if (got <= 0)
        fail("recv");
    from->got += (size_t)got;
    from->answer[from->got] = '\0';
    const char *body = strstr(from->answer, "\r\n\r\n");
    const char *length = body == NULL ? NULL : strcasestr(from->answer, "Content-Length:");
    if (length == NULL ||
        from->got < (size_t)(body + 4 - from->answer) + strtoul(length + 15, NULL, 10))
        return 0;
    note(from);
    from->busy = 0;
    from->got = 0;
    return 1;
}

/* Sleeps until something was answered or the next request is due: a client that spins would take a
 * processor from the service that it measures. */
static int wait_for(int poll, struct epoll_event *event, int64_t due_us)
{
    int64_t us = due_us - now_us();
    struct timespec patience = {0, us > 0 ? us * 1000 : 0};
    return epoll_pwait2(poll, event, 64, &patience, NULL);
}

static double quantile_ms(uint64_t all, double share)
{
    uint64_t seen = 0;
    for (int i = 0; i < BUCKETS; i++) {
        seen += bucket[i];
        if ((double)seen >= share * (double)all)
            return (double)(i + 1) * 0.005;
    }
    return -1;
}

int main(int argc, char **argv)
{
    if (argc != 8)
        return 2;
    char token[256] = "";
    FILE *file = fopen(argv[2], "r");
    if (file == NULL || fgets(token, sizeof token, file) == NULL)
        fail(argv[2]);
    token[strcspn(token, "\r\n")] = '\0';
    int count = (int)strtol(argv[3], NULL, 10), poll = epoll_create1(0);
    int port = (int)strtol(argv[1], NULL, 10);
    double rate = strtod(argv[4], NULL);
    read_file(argv[6], token, 1, 12000);
    read_file(argv[7], token, 0, 6000);
    for (int i = 0; i < count; i++)
        dial(&connection[i], port, poll);
    int64_t begun = now_us(), end = begun + (int64_t)(strtod(argv[5], NULL) * 1e6);
    uint64_t sent = 0, heard = 0;
    uint32_t lot = 1;
    int idle[CONNECTIONS_MAX], idle_first = 0, idle_count = count;
    for (int i = 0; i < count; i++)
        idle[i] = i;
    for (;;) {
        int64_t now = now_us();
        int64_t due = now;
        while (idle_count > 0 && (due = begun + (int64_t)((double)sent * 1e6 / rate)) <= now &&
               due < end) {
            struct connection *to = &connection[idle[idle_first]];
            idle_first = (idle_first + 1) % count;
            idle_count--;
            lot = lot * 1664525 + 1013904223;
            char *what = request[(uint64_t)(lot >> 4) % requests_count];
            memcpy(strstr(what, "\"time\":\"") + 8, known, sizeof known - 1);
            to->due_us = due;
            to->busy = 1;
            if (send(to->fd, what, strlen(what), MSG_NOSIGNAL) != (ssize_t)strlen(what))
                fail("send");
            sent++;
        }
        if (heard == sent && now >= end)
            break;
        struct epoll_event event[64];
        int many = wait_for(poll, event, idle_count > 0 && now < end ? due : now + 1000);
        for (int i = 0; i < many; i++) {
            struct connection *from = event[i].data.ptr;
            if (hear(from, port, poll)) {
                idle[(idle_first + idle_count++) % count] = (int)(from - connection);
                heard++;
            }
        }
    }
    printf("{\"asked\":%llu,\"per_second\":%.0f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"p999_ms\":%.3f,"
           "\"allow\":%llu,\"warn\":%llu,\"hold\":%llu,\"block\":%llu,\"refused\":%llu,\"with_"
           "findings\":%llu,\"late\":%llu,\"cut\":%llu}\n",
           (unsigned long long)heard, (double)heard * 1e6 / (double)(now_us() - begun),
           quantile_ms(heard, 0.5), quantile_ms(heard, 0.99), quantile_ms(heard, 0.999),
           (unsigned long long)answers[0], (unsigned long long)answers[1],
           (unsigned long long)answers[2], (unsigned long long)answers[3],
           (unsigned long long)answers[4], (unsigned long long)found, (unsigned long long)late,
           (unsigned long long)cut);
    return 0;
}
