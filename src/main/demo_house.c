/* demo_house.c -- the processes of the demo, what each is told, and in which order they begin.
 *
 *     keys of five sides ─┐
 *     city ─> registers ──┼─> centre, first start ─> administrator, organisations ─> stopped
 *                         └─> five sides (their ports) ─> centre, with partners and directory
 *
 * The centre starts twice because its list of partners names organisations, which exist only when
 * somebody has made them.  All of them listen on this machine only. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "demo.h"

#include "say.h"
#include "stop.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PORT_USUAL = 8470, HELLO_BYTES = 4096, CONFIG_BYTES = 16384 };

static const char *const SIDES[DEMO_SIDES] = {"carrier-a", "carrier-b", "bank-a", "bank-b",
                                              "bank-c"};
static const char *const NETWORKS[DEMO_CARRIERS] = {"mobile", "telecom, unicom"};

static enum exit_code stopped_or(const struct demo *demo, const char *what)
{
    if (stop_asked())
        return EXIT_STOPPED;
    COMPLAIN(demo->command, "%s did not work; see %s/log.", "%s 失败；详见 %s/log。", what,
             demo->folder);
    return EXIT_FAILED;
}

/* ---- city ---- */

static void city_waited(void *self, int64_t seconds)
{
    struct demo *demo = self;
    DEMO_SAY(demo, "the city is being built, for %lld s so far", "城市生成中，已用 %lld 秒",
             (long long)seconds);
}

static enum exit_code city_build(struct demo *demo)
{
    char path[PATH_MAX], people[24], seed[24], none[16] = "";
    struct text people_text = text_over(people, sizeof people);
    struct text seed_text = text_over(seed, sizeof seed), rest = text_over(none, sizeof none);
    struct demo_child child = {.waited = city_waited, .self = demo};
    text_add_whole(&people_text, demo->wish.people);
    text_add_whole(&seed_text, demo->wish.seed);
    (void)demo_path(demo, path, "city");
    const char *words[] = {"simulate", "--out",   path, "--people", people, "--seed",
                           seed,       "--fraud", "8",  "--quiet",  NULL};
    enum status status = demo_child_start(&child, "city", demo->folder, words);
    if (status == STATUS_OK)
        status = demo_child_read(&child, "", &rest);
    demo_child_stop(&child);
    if (status == STATUS_OK)
        status = town_read(&demo->town, path, demo->wish.hours, demo->arena);
    return status == STATUS_OK ? EXIT_DONE : stopped_or(demo, "simulate");
}

/* ---- the sides ---- */

static char *side_path(const struct demo *demo, char out[PATH_MAX], unsigned side, const char *rest)
{
    struct text text = text_over(out, PATH_MAX);
    text_addf(&text, "%s/%s%s", demo->folder, SIDES[side], rest);
    must(!text.full);
    return out;
}

/* Each side makes its key and says it. */
static enum status keys_read(struct demo *demo)
{
    struct demo_child child[DEMO_SIDES] = {{0}};
    enum status status = STATUS_OK;
    for (unsigned i = 0; status == STATUS_OK && i < DEMO_SIDES; i++) {
        char path[PATH_MAX];
        enum disk_fault fault;
        status = folder_make(side_path(demo, path, i, ""), &fault);
        if (status != STATUS_OK)
            break;
        (void)side_path(demo, path, i, "/data");
        const char *words[] = {"answer", "key", "--data", path, NULL};
        status = demo_child_start(&child[i], SIDES[i], demo->folder, words);
    }
    for (unsigned i = 0; i < DEMO_SIDES; i++) {
        struct text text = text_over(demo->side_key[i], sizeof demo->side_key[i]);
        if (status == STATUS_OK)
            status = demo_child_read(&child[i], "", &text);
        while (text.size > 0 && text.at[text.size - 1] == '\n')
            text.at[--text.size] = '\0';
        demo_child_stop(&child[i]);
    }
    return status;
}

static void add_askers(struct text *text, const struct demo *demo, unsigned side)
{
    text_addf(text,
              "answer: 1\nname: %s\nport: 0\n%s\naskers:\n"
              "  - {name: centre, key: \"%s\", a_minute: 6000, a_day: 100000}\n",
              SIDES[side],
              side < DEMO_CARRIERS ? "lines: lines.yaml\nnotices: notices" : "orders: orders.yaml",
              demo->centre_key);
}

static enum status carrier_tell(const struct demo *demo, unsigned side)
{
    char path[PATH_MAX], bytes[CONFIG_BYTES];
    struct text text = text_over(bytes, sizeof bytes);
    enum disk_fault fault;
    add_askers(&text, demo, side);
    text_add_string(
        &text, "answers:\n"
               "  - purpose: fraud_lead\n"
               "    basis: [anti_fraud_law, criminal_procedure]\n"
               "    fields: [network, line_type, holder_kind, holder, holder_key, contract_date, "
               "outlet, line_status, address, place, imei, cell, cards]\n"
               "  - purpose: victim_rescue\n"
               "    basis: emergency\n"
               "    document: no\n"
               "    fields: [network, address, place]\n");
    TRY(folder_put(side_path(demo, path, side, "/answer.yaml"), text_slice(&text)));
    TRY(folder_make(side_path(demo, path, side, "/notices"), &fault));
    text = text_over(bytes, sizeof bytes);
    text_addf(&text,
              "lines: 1\nfrom: csv\nfile: lines.csv\nnumber: number\ndocument: document\nfields:\n"
              "  network: {always: \"%s\"}\n  line_type: {always: mobile}\n"
              "  holder_kind: {always: person}\n  line_status: {always: active}\n"
              "  contract_date: opened\n  outlet: outlet\n  address: address\n  place: place\n"
              "  imei: imei\n  cell: cell\n  cards: {of_holder: yes}\n",
              NETWORKS[side]);
    TRY(folder_put(side_path(demo, path, side, "/lines.yaml"), text_slice(&text)));
    return town_write_lines(&demo->town, side_path(demo, path, side, "/lines.csv"), side,
                            demo->arena);
}

static enum status bank_tell(const struct demo *demo, unsigned side)
{
    static const char BOOKS[] =
        "books: 1\nfrom: csv\n"
        "accounts: {file: accounts.csv, number: number, name: name, balance: balance}\n"
        "transfers: {file: transfers.csv, payer: payer, payee: payee, amount: amount, time: time, "
        "payee_name: payee_name, payee_bank: payee_bank}\n";
    char path[PATH_MAX], bytes[CONFIG_BYTES];
    struct text text = text_over(bytes, sizeof bytes);
    add_askers(&text, demo, side);
    text_add_string(&text, "answers: []\n");
    TRY(folder_put(side_path(demo, path, side, "/answer.yaml"), text_slice(&text)));
    text = text_over(bytes, sizeof bytes);
    text_addf(&text,
              "orders: 1\nfrom: [centre]\nbooks: books.yaml\nby: machine\na_minute: 6000\n"
              "core: {way: simulated, seed: %u, delay_min_ms: 300, delay_max_ms: 1500, "
              "refuses: 20, loses: 50}\n",
              side);
    TRY(folder_put(side_path(demo, path, side, "/orders.yaml"), text_slice(&text)));
    TRY(folder_put(side_path(demo, path, side, "/books.yaml"), slice_of(BOOKS)));
    return town_write_books(&demo->town, side_path(demo, path, side, ""), side - DEMO_CARRIERS,
                            demo->arena);
}

static enum status port_behind(const char *text, uint16_t *out)
{
    const char *at = strstr(text, "://127.0.0.1:");
    if (at == NULL)
        return STATUS_MALFORMED;
    *out = (uint16_t)strtoul(at + strlen("://127.0.0.1:"), NULL, 10);
    return STATUS_OK;
}

static enum status sides_start(struct demo *demo)
{
    char hello[HELLO_BYTES];
    for (unsigned i = 0; i < DEMO_SIDES; i++) {
        char data[PATH_MAX], config[PATH_MAX];
        TRY(i < DEMO_CARRIERS ? carrier_tell(demo, i) : bank_tell(demo, i));
        (void)side_path(demo, data, i, "/data");
        (void)side_path(demo, config, i, "/answer.yaml");
        const char *words[] = {"answer", "--data", data, "--config", config, "--lang", "en", NULL};
        TRY(demo_child_start(&demo->side[i], SIDES[i], demo->folder, words));
    }
    for (unsigned i = 0; i < DEMO_SIDES; i++) {
        struct text text = text_over(hello, sizeof hello);
        TRY(demo_child_read(&demo->side[i], "key ", &text));
        TRY(port_behind(hello, &demo->side_port[i]));
    }
    return STATUS_OK;
}

/* ---- the centre ---- */

static bool port_free(uint16_t port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
    int on = 1, handle = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (handle < 0)
        return false;
    (void)setsockopt(handle, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    bool is_free = bind(handle, (const struct sockaddr *)&at, sizeof at) == 0;
    (void)close(handle);
    return is_free;
}

static enum status centre_tell(const struct demo *demo)
{
    char bytes[CONFIG_BYTES];
    struct text text = text_over(bytes, sizeof bytes);
    text_addf(&text,
              "listen: {port: %d}\ndetect: {memory: 512M}\nmoney: {memory: 64M}\n"
              "disk: {reserve: 1M, floor: 16M}\njournal: {segment: 16M}\nsnapshot: {interval: 1m}\n"
              "letters: {organisation: centre}\nconsole: {tour: yes}\n"
              "lead: {directory: directory.yaml}\npartners:\n",
              (int)demo->wish.port);
    for (unsigned i = 0; i < DEMO_SIDES; i++) {
        bool bank = i >= DEMO_CARRIERS;
        const char *id = bank ? people_place(&demo->people, SIDES[i]) : "";
        text_addf(&text,
                  "- {id: %s, kind: %s, way: http, key: \"%s\", "
                  "url: \"http://127.0.0.1:%u/v1/letters\"%s%s}\n",
                  SIDES[i], bank ? "bank" : "carrier", demo->side_key[i],
                  demo->side_port[i] == 0 ? 1 : (unsigned)demo->side_port[i],
                  id[0] == '\0' ? "" : ", organisation: ", id);
    }
    TRY(text.full ? STATUS_FULL : demo_put(demo, "cutline.yaml", text_slice(&text)));
    text = text_over(bytes, sizeof bytes);
    text_add_string(&text, "directory: 1\ncarriers:\n"
                           "  - {carrier: mobile, partner: carrier-a}\n"
                           "  - {carrier: telecom, partner: carrier-b}\n"
                           "  - {carrier: unicom, partner: carrier-b}\n"
                           "  - {carrier: broadnet, partner: carrier-b}\n");
    const char *police = people_place(&demo->people, "county");
    if (police[0] != '\0')
        text_addf(&text, "police:\n  - {region: \"5301\", organisation: %s}\n", police);
    return demo_put(demo, "directory.yaml", text_slice(&text));
}

static enum status centre_start(struct demo *demo, struct text *hello)
{
    char data[PATH_MAX], config[PATH_MAX];
    uint16_t port;
    TRY(centre_tell(demo));
    (void)demo_path(demo, data, "centre");
    (void)demo_path(demo, config, "cutline.yaml");
    const char *words[] = {"serve", "--data", data, "--config", config, "--lang", "en", NULL};
    TRY(demo_child_start(&demo->centre, "centre", demo->folder, words));
    TRY(demo_child_read(&demo->centre, "listening on ", hello));
    TRY(port_behind(hello->at, &port));
    demo->wish.port = port;
    struct text url = text_over(demo->url, sizeof demo->url);
    text_addf(&url, "http://127.0.0.1:%u", port);
    return STATUS_OK;
}

/* The first start: keys, the one-time code, an administrator, organisations. */
static enum status centre_found(struct demo *demo)
{
    static const char WORD[] = "enrolment code (one use) ";
    char hello[HELLO_BYTES], path[PATH_MAX];
    struct text text = text_over(hello, sizeof hello);
    struct text key = text_over(demo->centre_key, sizeof demo->centre_key);
    struct slice public_key;
    enum disk_fault fault;
    TRY(centre_start(demo, &text));
    TRY(demo_child_read(&demo->centre, WORD, &text));
    TRY(disk_read_all(demo_path(demo, path, "centre/letter.pub"), 1024, demo->arena, &public_key,
                      &fault));
    text_add(&key, (struct slice){public_key.at, strcspn(public_key.at, "\r\n")});
    char *code = strstr(hello, WORD) + strlen(WORD);
    code[strcspn(code, "\n")] = '\0';
    TRY(demo_client_create(&demo->people.root, demo->url, demo->arena));
    enum status status = people_found(&demo->people, code);
    demo_client_close(demo->people.root);
    demo_child_stop(&demo->centre);
    return status;
}

/* The past, brought along as a file while nobody serves. */
static enum status history_import(struct demo *demo)
{
    char ledger[PATH_MAX], file[PATH_MAX], said[HELLO_BYTES];
    struct text text = text_over(said, sizeof said);
    struct demo_child child = {0};
    TRY(demo_history_put(demo));
    (void)demo_path(demo, ledger, "centre/ledger");
    (void)demo_path(demo, file, "history.csv");
    const char *words[] = {"report", "import", ledger, file, "--quiet", NULL};
    TRY(demo_child_start(&child, "history", demo->folder, words));
    enum status status = demo_child_read(&child, "", &text);
    demo_child_stop(&child);
    return status;
}

enum exit_code demo_house_open(struct demo *demo)
{
    char hello[HELLO_BYTES];
    struct text text = text_over(hello, sizeof hello);
    if (demo->wish.port == 0 && port_free(PORT_USUAL))
        demo->wish.port = PORT_USUAL;
    DEMO_SAY(demo, "a city of %lld people, a day, with fraud in it",
             "生成一座 %lld 人的城市，一天，其中有诈骗", (long long)demo->wish.people);
    enum exit_code code = city_build(demo);
    if (code != EXIT_DONE)
        return code;
    town_begin(&demo->town, demo->clock.now(demo->clock.self));
    DEMO_SAY(demo, "a centre, two carriers and three banks; they exchange keys",
             "一个中心、两家运营商、三家银行；相互交换密钥");
    enum status status = keys_read(demo);
    if (status == STATUS_OK)
        status = centre_found(demo);
    if (status == STATUS_OK)
        status = history_import(demo);
    if (status == STATUS_OK)
        status = sides_start(demo);
    if (status == STATUS_OK)
        status = centre_start(demo, &text);
    return status == STATUS_OK ? EXIT_DONE : stopped_or(demo, "cutline serve, cutline answer");
}

void demo_house_close(struct demo *demo)
{
    demo_child_stop(&demo->centre);
    for (unsigned i = 0; i < DEMO_SIDES; i++)
        demo_child_stop(&demo->side[i]);
}
