/* load.c -- a client that hands in records as fast as it is let, or at a rate.
 *
 * usage: load PORT TOKEN_FILE CONNECTIONS BATCH SECONDS RATE FILE...
 *
 * The files are canonical CSV, named by kind (calls.csv).  Registers are sent first; then the rows
 * of all event files in batches of at most BATCH rows of one kind and one hour, in the order of the
 * batches' first times.  Each connection sends its next batch when the last was answered; 429 and
 * 503 are sent again after 20 ms.  RATE is records a second, 0 for as many as possible.
 * SECONDS 0: until everything is sent.  Else it goes on: when all was sent, the same events happen
 * again, as many whole days later as the files are long, and with other ids, so that none is a
 * duplicate.  SIGTERM ends it as SECONDS do.  One thread, epoll, HTTP/1.1 keep-alive. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    BATCHES_MAX = 1 << 20,
    FILES_MAX = 16,
    CONNECTIONS_MAX = 256,
    HEAD_MAX = 1024,
    ANSWER_MAX = 64 * 1024,
    BUCKETS = 4000, /* of half a millisecond */
    DATE = 10,      /* characters of 2026-03-02 */
    HOUR = 13,      /* with the hour */
    ROUNDS_MAX = 26,
    AGAIN_US = 20000,
};

struct file {
    const char *at, *end, *rows;
    char kind[24];
    int is_register, has_id; /* id: the second column */
};

struct batch {
    const struct file *file;
    const char *at;
    size_t size;
    unsigned rows;
    char time[24];
};

enum state { IDLE, SENDING, READING, PAUSED };

struct connection {
    int fd;
    enum state state;
    const struct batch *batch;
    const char *rows; /* the batch's, or a copy with other times */
    char *copy;
    char head[HEAD_MAX];
    size_t head_size, sent, all, got;
    int64_t began_us, again_us;
    char answer[ANSWER_MAX];
};

static struct file files[FILES_MAX];
static unsigned files_count;
static struct batch *batches;
static unsigned batches_count, batches_next, registers_count;
static size_t batch_size_max;
static int rounds, days; /* that began before this one; of the files */
static struct connection connections[CONNECTIONS_MAX];
static char token[256];
static uint16_t port;
static struct {
    uint64_t records, answered, accepted, rejected, refused, failed;
    uint64_t bucket[BUCKETS];
} counts;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static long number_of(const char *word)
{
    return strtol(word, NULL, 10);
}

static int64_t now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* ---- what is sent ---- */

static const char *const KINDS[][2] = {
    {"persons", "person"},   {"cells", "cell"},     {"regions", "region"}, {"lists", "list"},
    {"calls", "call"},       {"sms", "sms"},        {"sims", "sim"},       {"accounts", "account"},
    {"payments", "payment"}, {"reports", "report"},
};

static void file_open(const char *path)
{
    struct file *file = &files[files_count];
    const char *name = strrchr(path, '/') == NULL ? path : strrchr(path, '/') + 1;
    struct stat about;
    int fd = open(path, O_RDONLY);
    if (fd < 0 || fstat(fd, &about) != 0)
        die(path);
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++)
        if (strncmp(name, KINDS[i][0], strlen(KINDS[i][0])) == 0) {
            (void)snprintf(file->kind, sizeof file->kind, "%s", KINDS[i][1]);
            file->is_register = i < 4;
            file->has_id = i >= 8;
        }
    if (file->kind[0] == '\0' || about.st_size == 0)
        return; /* the truth, say */
    file->at = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (file->at == MAP_FAILED)
        die(path);
    file->end = file->at + about.st_size;
    file->rows = memchr(file->at, '\n', (size_t)about.st_size);
    if (file->rows == NULL)
        return;
    file->rows++;
    files_count++;
}

/* Rows hold no line ends of their own in what the city writes. */
static void file_cut(const struct file *file, unsigned rows_max)
{
    for (const char *at = file->rows; at < file->end;) {
        struct batch *batch = &batches[batches_count++];
        if (batches_count == BATCHES_MAX)
            exit(2);
        *batch = (struct batch){.file = file, .at = at};
        if (!file->is_register)
            memcpy(batch->time, at, sizeof batch->time - 1);
        while (at < file->end && batch->rows < rows_max &&
               (file->is_register || memcmp(at, batch->at, HOUR) == 0)) {
            const char *line_end = memchr(at, '\n', (size_t)(file->end - at));
            at = line_end == NULL ? file->end : line_end + 1;
            batch->rows++;
        }
        batch->size = (size_t)(at - batch->at);
        batch_size_max = batch->size > batch_size_max ? batch->size : batch_size_max;
        registers_count += (unsigned)file->is_register;
    }
}

/* Days since 1 March of the year 0, and back. */
static int days_of(const char *date)
{
    int year = (int)number_of(date), month = (int)number_of(date + 5);
    year -= month < 3;
    month += month < 3 ? 9 : -3;
    return year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 +
           (int)number_of(date + 8) - 1;
}

static void date_write(int day, char *date)
{
    char text[40];
    int year = (int)(((int64_t)day * 10000 + 14780) / 3652425);
    int rest = day - (year * 365 + year / 4 - year / 100 + year / 400);
    if (rest < 0) {
        year--;
        rest = day - (year * 365 + year / 4 - year / 100 + year / 400);
    }
    int month = (100 * rest + 52) / 3060;
    (void)snprintf(text, sizeof text, "%04d-%02d-%02d", year + (month + 2) / 12,
                   (month + 2) % 12 + 1, rest - (month * 306 + 5) / 10 + 1);
    memcpy(date, text, DATE);
}

static void days_count(void)
{
    int first = 0, last = 0;
    for (unsigned i = registers_count; i < batches_count; i++) {
        int day = days_of(batches[i].time);
        first = first == 0 || day < first ? day : first;
        last = day > last ? day : last;
    }
    days = last - first + 1;
}

/* The rows as they happen in this round: one hour, so one date. */
static const char *rows_again(const struct batch *batch, char *copy)
{
    char date[DATE];
    date_write(days_of(batch->time) + rounds * days, date);
    memcpy(copy, batch->at, batch->size);
    for (char *at = copy; at < copy + batch->size;) {
        memcpy(at, date, DATE);
        char *line_end = memchr(at, '\n', (size_t)(copy + batch->size - at));
        char *id = memchr(at, ',', (size_t)(copy + batch->size - at));
        if (batch->file->has_id && id != NULL)
            id[1] = (char)('A' + rounds); /* the city's are small letters */
        at = line_end == NULL ? copy + batch->size : line_end + 1;
    }
    return copy;
}

static int by_time(const void *a, const void *b)
{
    return strcmp(((const struct batch *)a)->time, ((const struct batch *)b)->time);
}

/* ---- connections ---- */

static void watch(int queue, struct connection *of, uint32_t events, int operation)
{
    struct epoll_event event = {.events = events, .data.ptr = of};
    if (epoll_ctl(queue, operation, of->fd, &event) != 0)
        die("epoll_ctl");
}

static void connection_open(struct connection *of, int queue)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int yes = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    of->copy = malloc(batch_size_max);
    if (of->copy == NULL)
        die("malloc");
    of->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (of->fd < 0 || connect(of->fd, (struct sockaddr *)&address, sizeof address) != 0)
        die("connect");
    (void)setsockopt(of->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    (void)fcntl(of->fd, F_SETFL, O_NONBLOCK);
    of->state = IDLE;
    watch(queue, of, 0, EPOLL_CTL_ADD);
}

static void begin(struct connection *of)
{
    const struct file *file = of->batch->file;
    size_t header = (size_t)(file->rows - file->at);
    int size = snprintf(of->head, sizeof of->head,
                        "POST /v1/records?kind=%s HTTP/1.1\r\nHost: localhost\r\n"
                        "Authorization: Bearer %s\r\nContent-Length: %zu\r\n\r\n%.*s",
                        file->kind, token, header + of->batch->size, (int)header, file->at);
    if (size < 0 || (size_t)size >= sizeof of->head)
        exit(2);
    of->head_size = (size_t)size;
    of->all = of->head_size + of->batch->size;
    of->sent = of->got = 0;
    of->began_us = now_us();
    of->state = SENDING;
}

static void begin_first(struct connection *of)
{
    of->rows = rounds == 0 ? of->batch->at : rows_again(of->batch, of->copy);
    begin(of);
}

static void send_more(struct connection *of, int queue)
{
    while (of->sent < of->all) {
        const char *at = of->sent < of->head_size ? of->head + of->sent
                                                  : of->rows + (of->sent - of->head_size);
        size_t left = of->sent < of->head_size ? of->head_size - of->sent : of->all - of->sent;
        ssize_t put = send(of->fd, at, left, MSG_NOSIGNAL);
        if (put < 0 && errno == EAGAIN) {
            watch(queue, of, EPOLLOUT, EPOLL_CTL_MOD);
            return;
        }
        if (put <= 0)
            die("send");
        of->sent += (size_t)put;
    }
    of->state = READING;
    watch(queue, of, EPOLLIN, EPOLL_CTL_MOD);
}

static uint64_t number_behind(const char *text, const char *word)
{
    const char *at = strstr(text, word);
    return at == NULL ? 0 : strtoull(at + strlen(word), NULL, 10);
}

static void answered(struct connection *of)
{
    int status = (int)number_of(of->answer + 9);
    int64_t took = (now_us() - of->began_us) / 500;
    of->state = IDLE;
    if (status == 200) {
        counts.accepted += number_behind(of->answer, "\"accepted\":");
        counts.rejected += number_behind(of->answer, "\"rejected\":");
        counts.answered++;
        counts.bucket[took < BUCKETS ? took : BUCKETS - 1]++;
        of->batch = NULL;
    } else if (status == 429 || status == 503 || status == 507) {
        counts.refused += of->batch->rows;
        of->state = PAUSED;
        of->again_us = now_us() + AGAIN_US;
    } else {
        counts.failed++;
        (void)fprintf(stderr, "load: %.300s\n", of->answer);
        of->batch = NULL;
    }
}

static void read_more(struct connection *of)
{
    ssize_t got = recv(of->fd, of->answer + of->got, ANSWER_MAX - 1 - of->got, 0);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0)
        die("recv");
    of->got += (size_t)got;
    of->answer[of->got] = '\0';
    const char *body = strstr(of->answer, "\r\n\r\n");
    if (body == NULL)
        return;
    size_t size = number_behind(of->answer, "Content-Length: ");
    if (of->got >= (size_t)(body + 4 - of->answer) + size)
        answered(of);
}

/* ---- the run ---- */

static const struct batch *next_batch(int64_t began_us, uint64_t rate, int again)
{
    if (batches_next == batches_count && again && rounds + 1 < ROUNDS_MAX &&
        registers_count < batches_count) {
        rounds++;
        batches_next = registers_count;
    }
    if (batches_next == batches_count)
        return NULL;
    double allowed = (double)rate * (double)(now_us() - began_us) / 1e6;
    if (rate != 0 && (double)counts.records > allowed)
        return NULL;
    counts.records += batches[batches_next].rows;
    return &batches[batches_next++];
}

static int64_t quantile(double share)
{
    uint64_t below = 0;
    for (int i = 0; i < BUCKETS; i++) {
        below += counts.bucket[i];
        if ((double)below >= share * (double)counts.answered)
            return i * 500 + 500;
    }
    return BUCKETS * 500;
}

static unsigned feed(int queue, unsigned count, int64_t began_us, uint64_t rate, int over,
                     int again)
{
    unsigned busy = 0;
    for (unsigned i = 0; i < count; i++) {
        struct connection *of = &connections[i];
        if (of->state == PAUSED && now_us() >= of->again_us && !over)
            begin(of);
        if (of->state == IDLE && !over && (of->batch = next_batch(began_us, rate, again)) != NULL)
            begin_first(of);
        if (of->state == SENDING)
            send_more(of, queue);
        busy += of->state == SENDING || of->state == READING || (of->state == PAUSED && !over);
    }
    return busy;
}

static volatile sig_atomic_t ended;

static void on_end(int number)
{
    ended = number;
}

static void run(unsigned count, int64_t seconds, uint64_t rate)
{
    int queue = epoll_create1(0);
    int64_t began = now_us();
    for (unsigned i = 0; i < count; i++)
        connection_open(&connections[i], queue);
    for (;;) {
        int over = ended || (seconds != 0 && now_us() - began > seconds * 1000000);
        unsigned busy = feed(queue, count, began, rate, over, seconds != 0);
        if (busy == 0 && (over || batches_next == batches_count))
            break;
        struct epoll_event events[CONNECTIONS_MAX];
        int ready = epoll_wait(queue, events, CONNECTIONS_MAX, 1);
        for (int i = 0; i < ready; i++) {
            struct connection *of = events[i].data.ptr;
            if (of->state == SENDING)
                send_more(of, queue);
            else if (of->state == READING)
                read_more(of);
        }
    }
    double took = (double)(now_us() - began) / 1e6;
    (void)printf("{\"seconds\":%.2f,\"accepted\":%llu,\"rejected\":%llu,\"refused\":%llu,"
                 "\"failed\":%llu,\"rounds\":%d,\"records_per_second\":%.0f,\"answer_p50_us\":%lld,"
                 "\"answer_p99_us\":%lld}\n",
                 took, (unsigned long long)counts.accepted, (unsigned long long)counts.rejected,
                 (unsigned long long)counts.refused, (unsigned long long)counts.failed, rounds + 1,
                 (double)counts.accepted / took, (long long)quantile(0.5),
                 (long long)quantile(0.99));
}

int main(int words_count, char **words)
{
    if (words_count < 8) {
        (void)fputs("usage: load PORT TOKEN_FILE CONNECTIONS BATCH SECONDS RATE FILE...\n", stderr);
        return 2;
    }
    port = (uint16_t)(int)number_of(words[1]);
    FILE *secret = fopen(words[2], "r");
    if (secret == NULL || fgets(token, sizeof token, secret) == NULL)
        die(words[2]);
    (void)fclose(secret);
    token[strcspn(token, "\n")] = '\0';
    batches = calloc(BATCHES_MAX, sizeof *batches);
    for (int i = 7; i < words_count && files_count < FILES_MAX; i++)
        file_open(words[i]);
    for (unsigned i = 0; i < files_count; i++)
        file_cut(&files[i], (unsigned)(int)number_of(words[4]));
    qsort(batches, batches_count, sizeof *batches, by_time);
    days_count();
    unsigned count = (unsigned)(int)number_of(words[3]);
    (void)signal(SIGTERM, on_end);
    run(count > CONNECTIONS_MAX ? CONNECTIONS_MAX : count, number_of(words[5]),
        strtoull(words[6], NULL, 10));
    return counts.failed == 0 ? 0 : 1;
}
