/* sanction_copy.c -- an executor's own copy of the register: fetched, brought up to date, asked.
 *
 *     sync:  an export that was begun? ─ its next part, next part ─┐    cut, killed: the same again
 *            no copy? ─ head ─ part, part … ───────────────────────┴─> copy ─ delta … ─> up to date
 *
 * It ends, however fast the register changes: parts are as of their head, and of deltas it asks for
 * no more once one had room left. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "sanction_deed.h"

#include "ground/clock.h"
#include "ground/folder.h"
#include "law_look.h"
#include "say.h"
#include "standing/offline.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CHINA_ZONE = 480, SAYS_MAX = 4096, PATH_BYTES = 4096, NUMBERS = 32768 };
enum { TRIES_MAX = 5, WAIT_MAX_S = 30, ANEW_MAX = 3, DELTAS_MAX = 65536 };

static moment now_of(void)
{
    struct clock clock = clock_of_machine();
    return clock.now(clock.self);
}

static enum exit_code fault_complain(const struct deed *deed, enum offline_fault fault)
{
    say_wrong("%s", offline_fault_says(fault)->in[deed->command->tongue]);
    return EXIT_REFUSED;
}

static enum exit_code outcome_of(const struct deed *deed, enum status status,
                                 enum offline_fault fault)
{
    if (status == STATUS_OK)
        return EXIT_DONE;
    if (status == STATUS_REFUSED)
        return fault_complain(deed, fault);
    if (status == STATUS_FULL)
        return say_no_memory(deed->command);
    COMPLAIN(deed->command, "%s cannot be read or written.", "无法读写 %s。",
             deed_said(deed, "register"));
    return EXIT_FAILED;
}

/* ---- asking it ---- */

static enum exit_code folder_of(const struct deed *deed, struct volume *out)
{
    const char *path = deed_said(deed, "register");
    struct disk_about about;
    enum disk_fault fault = DISK_FAILED;
    if (disk_about(path, &about, &fault) != STATUS_OK || !about.folder)
        return fault_complain(deed, OFFLINE_FAULT_absent);
    enum status status = volume_of_directory(out, path, deed->arena);
    return outcome_of(deed, status, OFFLINE_FAULT_none);
}

/* From a copy, by the packs that lie here. */
static enum exit_code check(struct deed *deed, const struct law *law, const struct volume *volume)
{
    struct secret join, export_key;
    struct slice document, phone;
    struct offline_asking asking = {.now = now_of()};
    struct offline_answer answer;
    enum offline_fault fault = OFFLINE_FAULT_none;
    struct text text;
    enum exit_code code = deed_secret(deed, "join", &join);
    if (code == EXIT_DONE)
        code = deed_secret(deed, "export", &export_key);
    if (code == EXIT_DONE)
        code = deed_needed(deed, "document", &document);
    if (code == EXIT_DONE)
        code = deed_value(deed, "phone", &phone);
    if (code == EXIT_DONE)
        code = deed_question(deed, &asking.question);
    if (code == EXIT_DONE)
        code = deed_text(deed, SAYS_MAX, &text);
    if (code != EXIT_DONE)
        return code;
    asking.key = standing_key_for(&export_key, standing_key_of(&join, document));
    asking.under = standing_under(&export_key, &join);
    asking.question.card = standing_card_of(&join, phone);
    enum status status = offline_check(volume, law, &asking, deed->arena, &answer, &fault);
    if (status != STATUS_OK)
        return outcome_of(deed, status, fault);
    text_add_offline_answer(&text, &answer, asking.key, CHINA_ZONE);
    text_add_char(&text, '\n');
    return deed_show(deed, text_slice(&text));
}

enum exit_code deed_check_copy(struct deed *deed)
{
    struct law_look look;
    struct volume volume;
    enum exit_code code = law_look_open(&look, deed->command);
    if (code == EXIT_DONE)
        code = law_look_read(&look);
    if (code == EXIT_DONE)
        code = folder_of(deed, &volume);
    if (code == EXIT_DONE) {
        code = check(deed, &look.law, &volume);
        volume_close(&volume);
    }
    return law_look_close(&look, code);
}

/* ---- one process at a time changes it ---- */

struct keeping {
    struct deed *deed;
    struct folder_lock lock;
    struct volume volume;
    bool volume_there;
    struct offline_copy *copy;
    struct text key;
    uint64_t bytes, parts; /* that came over the line */
    unsigned anew;
};

static enum exit_code lock_take(struct keeping *keeping, const char *path)
{
    const struct deed *deed = keeping->deed;
    char bytes[PATH_BYTES];
    struct text lock = text_over(bytes, sizeof bytes);
    enum disk_fault fault = DISK_FAILED;
    int64_t owner = 0;
    text_addf(&lock, "%s/lock", path);
    if (lock.full || folder_make(path, &fault) != STATUS_OK)
        return outcome_of(deed, STATUS_IO, OFFLINE_FAULT_none);
    enum status status = folder_lock(lock.at, &keeping->lock, &owner);
    if (status != STATUS_REFUSED)
        return outcome_of(deed, status, OFFLINE_FAULT_none);
    COMPLAIN(deed->command, "Another process (%lld) is at this copy.",
             "另一进程（%lld）正在更新该副本。", (long long)owner);
    return EXIT_RETRY;
}

static enum exit_code keeping_open(struct keeping *keeping, struct deed *deed)
{
    struct slice path, vkey;
    enum offline_fault fault = OFFLINE_FAULT_none;
    *keeping = (struct keeping){.deed = deed};
    enum exit_code code = deed_needed(deed, "register", &path);
    if (code == EXIT_DONE)
        code = deed_needed(deed, "key", &vkey);
    if (code == EXIT_DONE)
        code = deed_text(deed, vkey.size + 1, &keeping->key);
    if (code == EXIT_DONE)
        code = lock_take(keeping, deed_said(deed, "register"));
    if (code != EXIT_DONE)
        return code;
    text_add(&keeping->key, vkey);
    enum status status = volume_of_directory(&keeping->volume, path.at, deed->arena);
    keeping->volume_there = status == STATUS_OK;
    const struct offline_options options = {.volume = keeping->volume, .vkey = keeping->key.at};
    if (status == STATUS_OK)
        status = offline_open(&keeping->copy, &options, deed->arena, &fault);
    return outcome_of(deed, status, fault);
}

static enum exit_code keeping_close(struct keeping *keeping, enum exit_code code)
{
    if (keeping->copy != NULL)
        offline_close(keeping->copy);
    if (keeping->volume_there)
        volume_close(&keeping->volume);
    if (keeping->lock.handle != 0)
        folder_unlock(&keeping->lock);
    return code;
}

static enum exit_code said_so(const struct keeping *keeping)
{
    struct offline_facts facts;
    struct text text;
    bool zh = keeping->deed->command->tongue == TONGUE_ZH;
    enum exit_code code = deed_text(keeping->deed, SAYS_MAX, &text);
    if (code != EXIT_DONE)
        return code;
    offline_facts(keeping->copy, &facts);
    if (facts.there) {
        text_addf(&text,
                  zh ? "名册版本 %llu，条目 %llu，制于 " : "register %llu, entries %llu, made ",
                  (unsigned long long)facts.version, (unsigned long long)facts.rows);
        text_add_moment(&text, facts.made, 0);
        if (facts.changes > 0)
            text_addf(&text, zh ? "；另有变更 %llu 项" : "; %llu changes on top",
                      (unsigned long long)facts.changes);
    } else {
        text_add_string(&text, zh ? "尚无副本" : "no copy yet");
    }
    if (facts.coming)
        text_addf(&text,
                  zh ? "；导出 %llu：已收 %llu/%llu 片" : "; export of %llu: %llu of %llu parts",
                  (unsigned long long)facts.coming_version, (unsigned long long)facts.taken,
                  (unsigned long long)facts.parts);
    if (keeping->bytes > 0)
        text_addf(&text,
                  zh ? "；本次收到 %llu 片，共 %llu 字节" : "; %llu parts now, %llu bytes in all",
                  (unsigned long long)keeping->parts, (unsigned long long)keeping->bytes);
    text_add_char(&text, '\n');
    return deed_show(keeping->deed, text_slice(&text));
}

/* ---- by hand: a sheet from the line, or from a file ---- */

/* A whole number of an operand; `otherwise` if it is unsaid. */
static enum exit_code whole_of(const struct deed *deed, const char *name, uint64_t otherwise,
                               uint64_t *out)
{
    const char *word = deed_said(deed, name);
    *out = otherwise;
    if (word == NULL)
        return EXIT_DONE;
    size_t size = strlen(word);
    if (size == 0 || size > 15 || strspn(word, "0123456789") != size) {
        COMPLAIN(deed->command, "%s= is a whole number.", "%s= 应为整数。", name);
        return EXIT_USAGE;
    }
    *out = strtoull(word, NULL, 10);
    return EXIT_DONE;
}

static enum exit_code fetch_and_show(struct deed *deed, const char *path, struct slice head)
{
    enum status status = deed_ask(deed, path, head.size > 0 ? "text/plain" : NULL, head);
    struct slice answer = text_slice(&deed->answer);
    enum exit_code code = asking_judge(&deed->asking, status, deed->http_status, answer);
    return code == EXIT_DONE ? deed_show(deed, answer) : code;
}

enum exit_code deed_export(struct deed *deed)
{
    char path[DEED_URL_MAX];
    struct text text = text_over(path, sizeof path);
    struct slice head = SLICE("");
    uint64_t since, numbers, part;
    enum exit_code code = whole_of(deed, "since", 0, &since);
    if (code == EXIT_DONE)
        code = whole_of(deed, "numbers", 0, &numbers);
    if (code == EXIT_DONE)
        code = whole_of(deed, "part", 0, &part);
    if (code == EXIT_DONE && part > 0)
        code = deed_needed(deed, "head", &head);
    if (code == EXIT_DONE && part > 0 && deed_said(deed, "head")[0] == '@')
        code = deed_file(deed, deed_said(deed, "head") + 1, &head); /* with its last line end */
    if (code != EXIT_DONE)
        return code;
    if (part > 0)
        text_addf(&text, "/v1/sanctions/register/part?part=%llu", (unsigned long long)part);
    else if (numbers > 0)
        text_addf(&text, "/v1/sanctions/register/head?numbers=%llu", (unsigned long long)numbers);
    else
        text_addf(&text, "/v1/sanctions/register?since=%llu", (unsigned long long)since);
    return fetch_and_show(deed, path, head);
}

enum exit_code deed_import(struct deed *deed)
{
    struct keeping keeping = {.deed = deed};
    struct slice sheet;
    enum offline_fault fault = OFFLINE_FAULT_none;
    enum exit_code code = deed_file(deed, deed->operand[0], &sheet);
    if (code != EXIT_DONE)
        return code;
    code = keeping_open(&keeping, deed);
    if (code == EXIT_DONE)
        code = outcome_of(deed, offline_take(keeping.copy, sheet, now_of(), &fault), fault);
    if (code == EXIT_DONE)
        code = said_so(&keeping);
    return keeping_close(&keeping, code);
}

/* ---- all of it, over the line ---- */

static void pause_for(int64_t wait_s)
{
    struct timespec pause = {.tv_sec = wait_s < 1 ? 1 : wait_s > WAIT_MAX_S ? WAIT_MAX_S : wait_s};
    (void)nanosleep(&pause, NULL);
}

/* Asks again where that may help. */
static enum exit_code fetch(struct keeping *keeping, const char *path, struct slice head)
{
    struct deed *deed = keeping->deed;
    for (unsigned tries = 1;; tries++) {
        enum status status = deed_ask(deed, path, head.size > 0 ? "text/plain" : NULL, head);
        bool heard = status == STATUS_OK, whole = !deed->answer.full;
        if (heard && deed->http_status / 100 == 2 && whole) {
            keeping->bytes += deed->answer.size;
            return EXIT_DONE;
        }
        if (tries == TRIES_MAX || (heard && deed->http_status != 429 && deed->http_status != 503))
            return whole ? asking_judge(&deed->asking, status, deed->http_status,
                                        text_slice(&deed->answer))
                         : say_no_memory(deed->command);
        pause_for(deed->wait_s > 0 ? deed->wait_s : tries);
    }
}

static enum exit_code take(struct keeping *keeping)
{
    enum offline_fault fault = OFFLINE_FAULT_none;
    enum status status =
        offline_take(keeping->copy, text_slice(&keeping->deed->answer), now_of(), &fault);
    return outcome_of(keeping->deed, status, fault);
}

static enum exit_code head_fetch(struct keeping *keeping, uint64_t numbers)
{
    char path[DEED_URL_MAX];
    struct text text = text_over(path, sizeof path);
    text_addf(&text, "/v1/sanctions/register/head?numbers=%llu", (unsigned long long)numbers);
    enum exit_code code = fetch(keeping, path, SLICE(""));
    return code == EXIT_DONE ? take(keeping) : code;
}

/* The next part of the export that was begun.  One that the house does not know any more is begun
 * anew, some times. */
static enum exit_code part_fetch(struct keeping *keeping, const struct offline_facts *facts,
                                 uint64_t numbers)
{
    char path[DEED_URL_MAX];
    struct text text = text_over(path, sizeof path);
    text_addf(&text, "/v1/sanctions/register/part?part=%llu", (unsigned long long)facts->taken + 1);
    enum exit_code code = fetch(keeping, path, facts->head);
    if (code == EXIT_DONE) {
        keeping->parts++;
        return take(keeping);
    }
    if (keeping->deed->http_status != 409 || keeping->anew++ == ANEW_MAX)
        return code;
    if (offline_drop(keeping->copy) != STATUS_OK)
        return outcome_of(keeping->deed, STATUS_IO, OFFLINE_FAULT_none);
    return head_fetch(keeping, numbers);
}

static enum exit_code export_fetch(struct keeping *keeping, uint64_t numbers, bool anew)
{
    struct offline_facts facts;
    enum offline_fault fault = OFFLINE_FAULT_none;
    offline_facts(keeping->copy, &facts);
    if (!facts.coming && (anew || !facts.there)) {
        enum exit_code code = head_fetch(keeping, numbers);
        if (code != EXIT_DONE)
            return code;
    }
    for (;;) {
        enum exit_code code = EXIT_DONE;
        offline_facts(keeping->copy, &facts);
        if (!facts.coming)
            return EXIT_DONE;
        if (facts.taken == facts.parts) { /* it was killed between the last part and the copy */
            enum status status = offline_finish(keeping->copy, now_of(), &fault);
            if (status == STATUS_REFUSED && fault == OFFLINE_FAULT_older)
                return EXIT_DONE; /* the copy is ahead of it */
            code = outcome_of(keeping->deed, status, fault);
        } else {
            code = part_fetch(keeping, &facts, numbers);
        }
        if (code != EXIT_DONE)
            return code;
    }
}

static enum exit_code deltas_fetch(struct keeping *keeping)
{
    for (unsigned i = 0; i < DELTAS_MAX; i++) {
        char path[DEED_URL_MAX];
        struct text text = text_over(path, sizeof path);
        struct offline_facts before, after;
        offline_facts(keeping->copy, &before);
        text_addf(&text, "/v1/sanctions/register?since=%llu", (unsigned long long)before.version);
        enum exit_code code = fetch(keeping, path, SLICE(""));
        if (code == EXIT_DONE)
            code = take(keeping);
        if (code != EXIT_DONE)
            return code;
        offline_facts(keeping->copy, &after);
        if (after.version - before.version < STANDING_DELTA_CHANGES_MAX)
            return EXIT_DONE;
    }
    return EXIT_RETRY;
}

enum exit_code deed_sync(struct deed *deed)
{
    struct keeping keeping = {.deed = deed};
    uint64_t numbers, anew;
    enum exit_code code = whole_of(deed, "numbers", NUMBERS, &numbers);
    if (code == EXIT_DONE)
        code = whole_of(deed, "anew", 0, &anew);
    if (code != EXIT_DONE)
        return code;
    code = keeping_open(&keeping, deed);
    if (code == EXIT_DONE)
        code = export_fetch(&keeping, numbers, anew != 0);
    if (code == EXIT_DONE)
        code = deltas_fetch(&keeping);
    if (code == EXIT_DONE)
        code = said_so(&keeping);
    return keeping_close(&keeping, code);
}
