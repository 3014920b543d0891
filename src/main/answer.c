/* answer.c -- `cutline answer`: a carrier's machine answers signed checks from its own register.
 *
 *     directory, lock ─> keys ─> terms ─> register ─> store, audit ─> partners, outbox ─> door
 *
 * It needs nothing of the centre but its public key, and calls nobody.  What it keeps in its
 * directory: its keys, its log of every answer, and sealed letters. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include "access/access.h"
#include "answering.h"
#include "ground/folder.h"
#include "ground/outline.h"
#include "ruleset.h"
#include "say.h"
#include "service.h"
#include "stop.h"
#include "telling.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    BOOT_MAX = 256 << 20,
    WHY_SIZE = 4096,
    RENEW_EVERY_MS = 2000,
    SIGN_EVERY_MS = 60000,
    TURN_MS = 100,
    HOLDER_KEY_MAX = 256,
    PEM_MAX = 256 * 1024,
};

struct carrier {
    const struct command *command;
    struct arena *boot;
    char folder[PATH_MAX], origin[64], store_path[PATH_MAX];
    struct folder_lock lock;
    struct volume keyring;
    struct access_keys keys;
    struct clock clock;
    struct terms terms;
    struct lines *lines;
    struct store *store;
    struct audit *audit;
    struct answer_desk *desk;
    struct partner_list *partners;
    struct outbox_way *ways;
    struct outbox *outbox;
    struct answering_plug plug;
    struct telling *telling; /* NULL: no orders are taken */
    struct answering *answering;
    char bytes[TONGUES_COUNT][WHY_SIZE];
    struct text why[TONGUES_COUNT];
};

static enum exit_code complain_why(struct carrier *carrier, enum exit_code code)
{
    const struct text *why = &carrier->why[carrier->command->tongue];
    say_wrong("%s", why->size != 0 ? why->at : "?");
    return code;
}

static void why_clear(struct carrier *carrier)
{
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        carrier->why[t] = text_over(carrier->bytes[t], WHY_SIZE);
}

static enum exit_code failed(const struct carrier *carrier, const char *what, const char *why)
{
    COMPLAIN(carrier->command, "%s cannot be opened: %s.", "%s 无法打开：%s。", what, why);
    return EXIT_FAILED;
}

static struct slice path_in(const struct carrier *carrier, char out[PATH_MAX], const char *name)
{
    struct text text = text_over(out, PATH_MAX);
    text_addf(&text, "%s/%s", carrier->folder, name);
    return text_slice(&text);
}

/* ---- files ---- */

static enum exit_code read_file(struct carrier *carrier, const char *path, size_t size_max,
                                struct slice *out)
{
    enum disk_fault fault = DISK_FAILED;
    if (disk_read_all(path, size_max, carrier->boot, out, &fault) == STATUS_OK)
        return EXIT_DONE;
    complain_fault(carrier->command, path, fault);
    return EXIT_INPUT;
}

static enum exit_code open_folder(struct carrier *carrier)
{
    const char *folder = command_value(carrier->command, FLAG_data);
    char path[PATH_MAX];
    enum disk_fault fault;
    int64_t owner;
    if (folder == NULL) {
        COMPLAIN(carrier->command, "--data DIR is needed: for keys and the log of answers.",
                 "需要 --data 目录：存放密钥和答复日志。");
        return EXIT_USAGE;
    }
    struct text text = text_over(carrier->folder, sizeof carrier->folder - 64);
    text_add_string(&text, folder);
    if (text.full || folder_make(folder, &fault) != STATUS_OK) {
        complain_fault(carrier->command, folder, text.full ? DISK_FAILED : fault);
        return EXIT_FAILED;
    }
    enum status status = folder_lock(path_in(carrier, path, "lock").at, &carrier->lock, &owner);
    if (status == STATUS_OK)
        return EXIT_DONE;
    COMPLAIN(carrier->command, "%s: another process (%lld) answers from this directory.",
             "%s：另一进程（%lld）正在使用该目录。", folder, (long long)owner);
    return EXIT_FAILED;
}

static enum exit_code open_keys(struct carrier *carrier)
{
    char path[PATH_MAX];
    why_clear(carrier);
    if (volume_of_directory(&carrier->keyring, path_in(carrier, path, "keys").at, carrier->boot) !=
        STATUS_OK)
        return failed(carrier, path, "?");
    if (access_keys_open(&carrier->keyring, true, seal_chance_of_machine(), &carrier->keys,
                         &carrier->why[0]) != STATUS_OK)
        return failed(carrier, "keys", carrier->bytes[0]);
    text_origin(carrier->origin, sizeof carrier->origin, &carrier->keys.seal.key);
    return EXIT_DONE;
}

static enum exit_code open_terms(struct carrier *carrier)
{
    const char *path = command_value(carrier->command, FLAG_config);
    struct slice text;
    if (path == NULL) {
        COMPLAIN(carrier->command, "--config FILE is needed: the terms, see docs/lead.md.",
                 "需要 --config 文件：答复条款，见 docs/lead.md。");
        return EXIT_USAGE;
    }
    enum exit_code code = read_file(carrier, path, OUTLINE_BYTES_MAX, &text);
    why_clear(carrier);
    if (code != EXIT_DONE)
        return code;
    if (terms_read(&carrier->terms, path, text, carrier->boot, carrier->why) != STATUS_OK)
        return complain_why(carrier, EXIT_INPUT);
    if (carrier->terms.lines.size != 0 || carrier->terms.orders.size != 0)
        return EXIT_DONE;
    COMPLAIN(carrier->command,
             "%s: the key `lines` (a carrier's register) or `orders` (a bank's terms) is missing.",
             "%s：缺少键 `lines`（运营商号码登记映射）或 `orders`（银行指令条款）。", path);
    return EXIT_INPUT;
}

/* The key that makes one name of one holder at all carriers; without it, at this one only. */
static enum exit_code holder_key_of(struct carrier *carrier, struct secret *out)
{
    struct slice path = carrier->terms.holder_key;
    struct disk_about about;
    enum disk_fault fault;
    struct slice text;
    *out = carrier->keys.pseudonym;
    if (path.size == 0)
        return EXIT_DONE;
    if (disk_about(path.at, &about, &fault) == STATUS_OK && !about.private) {
        COMPLAIN(carrier->command, "%s: is a secret, and others may read it; `chmod 600` the file.",
                 "%s：是机密文件，但他人可读；请执行 `chmod 600`。", path.at);
        return EXIT_INPUT;
    }
    enum exit_code code = read_file(carrier, path.at, HOLDER_KEY_MAX, &text);
    if (code != EXIT_DONE)
        return code;
    while (text.size != 0 && (unsigned char)text.at[text.size - 1] <= ' ')
        text.size--;
    if (text.size < SECRET_SIZE) {
        COMPLAIN(carrier->command, "%s: a key has at least 32 bytes.", "%s：密钥至少 32 字节。",
                 path.at);
        return EXIT_INPUT;
    }
    struct digest digest = digest_of(&text, 1);
    memcpy(out->bytes, digest.bytes, sizeof out->bytes);
    return EXIT_DONE;
}

static enum exit_code open_lines(struct carrier *carrier)
{
    struct secret key;
    struct slice text;
    if (carrier->terms.lines.size == 0)
        return EXIT_DONE;
    enum exit_code code = holder_key_of(carrier, &key);
    if (code == EXIT_DONE)
        code = read_file(carrier, carrier->terms.lines.at, OUTLINE_BYTES_MAX, &text);
    why_clear(carrier);
    if (code != EXIT_DONE)
        return code;
    enum status status = lines_open(&carrier->lines, carrier->terms.lines.at, text, &key,
                                    carrier->boot, carrier->why);
    secret_wipe(&key, sizeof key);
    if (status == STATUS_FULL && carrier->why[0].size == 0)
        return say_no_memory(carrier->command);
    if (status != STATUS_OK)
        return complain_why(carrier, EXIT_INPUT);
    if (!lines_indexed(carrier->lines))
        COMPLAIN(carrier->command,
                 "warning: the table has no index on the number; each check reads all of it.",
                 "警告：表中号码列没有索引，每次查询都会读取整张表。");
    if (lines_passed(carrier->lines) != 0)
        COMPLAIN(carrier->command, "warning: %lld rows were passed over: their number is none.",
                 "警告：跳过 %lld 行：号码无效。", (long long)lines_passed(carrier->lines));
    return EXIT_DONE;
}

/* ---- rooms ---- */

static enum exit_code open_store(struct carrier *carrier)
{
    struct store_migration all[AUDIT_MIGRATIONS_COUNT + PARTNER_MIGRATIONS_COUNT +
                               ANSWER_MIGRATIONS_COUNT + TELLER_MIGRATIONS_COUNT];
    size_t count = 0;
    for (size_t i = 0; i < AUDIT_MIGRATIONS_COUNT; i++)
        all[count++] = AUDIT_MIGRATIONS[i];
    for (size_t i = 0; i < PARTNER_MIGRATIONS_COUNT; i++)
        all[count++] = PARTNER_MIGRATIONS[i];
    for (size_t i = 0; i < ANSWER_MIGRATIONS_COUNT; i++)
        all[count++] = ANSWER_MIGRATIONS[i];
    for (size_t i = 0; i < TELLER_MIGRATIONS_COUNT; i++)
        all[count++] = TELLER_MIGRATIONS[i];
    why_clear(carrier);
    (void)path_in(carrier, carrier->store_path, "store.db");
    if (store_open(&carrier->store, carrier->store_path, all, count, carrier->boot,
                   &carrier->why[0]) != STATUS_OK ||
        audit_open(&carrier->audit, carrier->store, slice_of(carrier->origin),
                   &carrier->keys.seal.key, carrier->boot, &carrier->why[0]) != STATUS_OK)
        return failed(carrier, carrier->store_path, carrier->bytes[0]);
    const struct answer_options options = {
        .store = carrier->store,
        .audit = carrier->audit,
        .terms = &carrier->terms,
        .lines = carrier->lines,
        .pseudonym = carrier->keys.pseudonym,
        .clock = carrier->clock,
    };
    return answer_open(&carrier->desk, &options, carrier->boot) == STATUS_OK
               ? EXIT_DONE
               : say_no_memory(carrier->command);
}

static void outbox_failed(void *self, enum status status)
{
    (void)self;
    (void)status;
    _Exit(EXIT_FAILED); /* letters that were taken are in the store; the next start goes on */
}

static enum exit_code open_partners(struct carrier *carrier)
{
    struct partner_said *said;
    const struct terms *terms = &carrier->terms;
    if (ARENA_NEW(carrier->boot, terms->askers_count, &said) != STATUS_OK)
        return say_no_memory(carrier->command);
    for (unsigned i = 0; i < terms->askers_count; i++) {
        const struct terms_asker *asker = &terms->asker[i];
        said[i] = (struct partner_said){
            .id = asker->name,
            .name_en = asker->name,
            .name_zh = asker->name,
            .kind = SLICE("centre"),
            .way = asker->folder.size != 0 ? SLICE("folder")
                   : asker->url.size != 0  ? SLICE("http")
                                           : SLICE("fetch"),
            .url = asker->url,
            .folder = asker->folder,
            .key = asker->key,
            .next_key = asker->next_key,
        };
    }
    const struct partner_list_said all = {
        .path = slice_of(command_value(carrier->command, FLAG_config)),
        .self = terms->name,
        .partner = said,
        .count = terms->askers_count,
    };
    why_clear(carrier);
    if (partner_list_make(&carrier->partners, &all, carrier->boot, carrier->why) != STATUS_OK)
        return complain_why(carrier, EXIT_INPUT);
    if (outbox_ways_of_machine(carrier->partners, carrier->boot, &carrier->ways,
                               &carrier->why[0]) != STATUS_OK)
        return failed(carrier, "folders", carrier->bytes[0]);
    return EXIT_DONE;
}

/* A bank: its terms for orders, its books, its core. */
static enum exit_code open_orders(struct carrier *carrier)
{
    const struct telling_options options = {
        .command = carrier->command,
        .path = carrier->terms.orders.at,
        .folder = carrier->folder,
        .store = carrier->store,
        .audit = carrier->audit,
        .keys = &carrier->keys,
        .clock = carrier->clock,
        .boot = carrier->boot,
    };
    return carrier->terms.orders.size == 0 ? EXIT_DONE : telling_open(&carrier->telling, &options);
}

static enum exit_code open_outbox(struct carrier *carrier)
{
    enum disk_fault fault;
    if (carrier->terms.notices.size != 0 &&
        folder_make(carrier->terms.notices.at, &fault) != STATUS_OK) {
        complain_fault(carrier->command, carrier->terms.notices.at, fault);
        return EXIT_INPUT;
    }
    carrier->plug = (struct answering_plug){
        .desk = carrier->desk, .audit = carrier->audit, .notices = carrier->terms.notices};
    struct outbox_plug *kept;
    unsigned count = 0;
    if (ARENA_NEW(carrier->boot, 1 + TELLING_PLUGS, &kept) != STATUS_OK)
        return say_no_memory(carrier->command);
    if (carrier->lines != NULL)
        kept[count++] = answering_plug_of(&carrier->plug);
    if (carrier->telling != NULL) {
        telling_plugs_of(carrier->telling, kept + count);
        count += TELLING_PLUGS;
    }
    const struct outbox_options options = {
        .store = carrier->store,
        .audit = carrier->audit,
        .list = carrier->partners,
        .way = carrier->ways,
        .keypair = &carrier->keys.seal,
        .key = carrier->keys.token,
        .chance = seal_chance_of_machine(),
        .clock = carrier->clock,
        .plug = kept,
        .plugs_count = count,
        .failed = outbox_failed,
    };
    why_clear(carrier);
    if (outbox_open(&carrier->outbox, &options, carrier->boot, &carrier->why[0]) != STATUS_OK)
        return failed(carrier, "outbox", carrier->bytes[0]);
    carrier->plug.outbox = carrier->outbox;
    enum exit_code code = EXIT_DONE;
    if (carrier->telling != NULL)
        code = telling_start(carrier->telling, carrier->outbox, carrier->partners);
    if (code != EXIT_DONE)
        return code;
    return outbox_start(carrier->outbox) == STATUS_OK ? EXIT_DONE : say_no_memory(carrier->command);
}

static enum exit_code open_door(struct carrier *carrier)
{
    const struct terms *terms = &carrier->terms;
    struct answering_options options = {
        .http =
            {
                .address = terms->address.at,
                .port = (uint16_t)terms->port,
                .threads = 2,
                .connections_max = 512,
                .connections_per_peer_max = 256,
                .streams_max = 1,
                .header_seconds_max = 10,
                .body_bytes_per_second_min = 500,
                .idle_seconds_max = 60,
                .header_bytes_max = 16 * 1024,
                .bodies_bytes_max = (size_t)64 << 20,
                .clock = carrier->clock,
            },
        .outbox = carrier->outbox,
        .desk = carrier->desk,
    };
    enum exit_code code = EXIT_DONE;
    if (terms->certificate.size != 0)
        code = read_file(carrier, terms->certificate.at, PEM_MAX, &options.http.certificate);
    if (code == EXIT_DONE && terms->certificate_key.size != 0)
        code = read_file(carrier, terms->certificate_key.at, PEM_MAX, &options.http.key);
    if (code != EXIT_DONE)
        return code;
    why_clear(carrier);
    if (answering_open(&carrier->answering, &options, carrier->boot, &carrier->why[0]) == STATUS_OK)
        return EXIT_DONE;
    return failed(carrier, terms->address.at, carrier->bytes[0]);
}

static enum exit_code say_hello(struct carrier *carrier)
{
    char bytes[1024];
    struct text text = text_over(bytes, sizeof bytes);
    bool chinese = carrier->command->tongue == TONGUE_ZH;
    text_addf(&text,
              chinese ? "%.*s 监听 %s://%s:%u/v1/letters\n公钥 "
                      : "%.*s listens on "
                        "%s://%s:%u/v1/letters\nkey ",
              (int)carrier->terms.name.size, carrier->terms.name.at,
              carrier->terms.certificate.size == 0 ? "http" : "https", carrier->terms.address.at,
              answering_port(carrier->answering));
    text_add_letter_key(&text, &carrier->keys.seal.key);
    text_add_char(&text, '\n');
    return say_on_out(text_slice(&text)) ? EXIT_DONE : EXIT_FAILED;
}

/* ---- going on ---- */

static void renew(struct carrier *carrier)
{
    bool renewed;
    why_clear(carrier);
    if (carrier->telling != NULL)
        telling_keep(carrier->telling);
    if (carrier->lines == NULL)
        return;
    if (store_begin(carrier->store) != STATUS_OK) /* whoever answers does so in a transaction */
        return;
    enum status status = lines_renew(carrier->lines, &renewed, carrier->why);
    store_rollback(carrier->store);
    if (status != STATUS_OK && carrier->why[carrier->command->tongue].size != 0)
        say_wrong("%s", carrier->why[carrier->command->tongue].at);
    if (renewed)
        COMPLAIN(carrier->command, "the register was read again: %lld lines.",
                 "已重新读取登记库：%lld 个号码。", (long long)lines_count(carrier->lines));
}

static void keep(struct carrier *carrier)
{
    int64_t renewed_ms = 0, signed_ms = 0;
    while (!stop_asked()) {
        char bytes[NOTE_BYTES_MAX];
        struct text note = text_over(bytes, sizeof bytes);
        int64_t ticks = carrier->clock.ticks_ms(carrier->clock.self);
        if (ticks - renewed_ms >= RENEW_EVERY_MS) {
            renewed_ms = ticks;
            renew(carrier);
        }
        if (ticks - signed_ms >= SIGN_EVERY_MS) {
            signed_ms = ticks;
            (void)!audit_checkpoint(carrier->audit, &carrier->keys.seal, &note); /* a minute on */
        }
        struct timespec pause = {0, TURN_MS * 1000000};
        (void)nanosleep(&pause, NULL);
    }
}

static enum exit_code close_all(struct carrier *carrier)
{
    char bytes[NOTE_BYTES_MAX];
    struct text note = text_over(bytes, sizeof bytes);
    answering_close(carrier->answering);
    telling_stop(carrier->telling);
    outbox_close(carrier->outbox);
    outbox_ways_release(carrier->partners, carrier->ways);
    enum status status = audit_checkpoint(carrier->audit, &carrier->keys.seal, &note);
    telling_close(carrier->telling);
    if (carrier->lines != NULL)
        lines_close(carrier->lines);
    store_close(carrier->store);
    folder_unlock(&carrier->lock);
    return status == STATUS_OK ? EXIT_DONE : EXIT_FAILED;
}

/* The carrier's public key, made if there is none: for the centre's list of partners. */
enum exit_code verb_answer_key(const struct command *command)
{
    static struct carrier carrier;
    char bytes[256];
    struct text text = text_over(bytes, sizeof bytes);
    (void)umask(S_IRWXG | S_IRWXO);
    carrier = (struct carrier){.command = command, .clock = clock_of_machine()};
    if (arena_create(&carrier.boot, BOOT_MAX) != STATUS_OK)
        return say_no_memory(command);
    enum exit_code code = open_folder(&carrier);
    if (code == EXIT_DONE)
        code = open_keys(&carrier);
    if (code != EXIT_DONE)
        return code;
    text_add_letter_key(&text, &carrier.keys.seal.key);
    text_add_char(&text, '\n');
    code = say_on_out(text_slice(&text)) ? EXIT_DONE : EXIT_FAILED;
    folder_unlock(&carrier.lock);
    return code;
}

enum exit_code verb_answer(const struct command *command)
{
    static struct carrier carrier;
    static enum exit_code (*const STEPS[])(struct carrier *) = {
        open_folder,   open_keys,   open_terms,  open_lines, open_store,
        open_partners, open_orders, open_outbox, open_door,
    };
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, NULL);
    (void)umask(S_IRWXG | S_IRWXO);
    stop_listen();
    carrier = (struct carrier){.command = command, .clock = clock_of_machine()};
    why_clear(&carrier);
    if (arena_create(&carrier.boot, BOOT_MAX) != STATUS_OK)
        return say_no_memory(command);
    enum exit_code code = EXIT_DONE;
    for (size_t i = 0; code == EXIT_DONE && i < sizeof STEPS / sizeof STEPS[0]; i++)
        code = STEPS[i](&carrier);
    if (code == EXIT_DONE)
        code = say_hello(&carrier);
    if (code != EXIT_DONE)
        return code;
    keep(&carrier);
    return close_all(&carrier);
}
