/* telling.c -- orders at a bank: letters taken into the teller, answered by the outbox.
 *
 *     letter ─ outbox_receive ─> come ─> teller ─> row            thread: teller_turn ─> core
 *                                          └─ answer ─> outbox <──────────┘
 *
 * A bank that does not answer in the receipt answers when the letter comes again, or at the
 * asker's own address if the terms name one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "telling.h"

#include "casework/freeze/freeze.h"
#include "ground/outline.h"
#include "law/law.h"
#include "ruleset.h"
#include "say.h"
#include "service.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { WHY_SIZE = 4096, SCRATCH_BYTES = 32 << 20, TURN_MS = 20, OVERDUE_MS = MINUTE_MS };
enum { HOME_ZONE = 480, NEWS_DAYS = 30 };

struct telling {
    struct telling_options options;
    struct law law;
    struct stop_policy policy;
    struct books *books;
    struct core_simulated *simulated;
    struct core core;
    struct teller *teller;
    struct outbox *_Atomic outbox;
    const struct partner_list *partners;
    struct arena *scratch;
    pthread_t thread;
    _Atomic bool closing;
    bool running;
    char bytes[TONGUES_COUNT][WHY_SIZE];
    struct text why[TONGUES_COUNT];
};

static struct text *why_clear(struct telling *telling)
{
    for (unsigned t = 0; t < TONGUES_COUNT; t++)
        telling->why[t] = text_over(telling->bytes[t], WHY_SIZE);
    return telling->why;
}

static enum exit_code say_why(struct telling *telling, enum status status)
{
    const struct text *why = &telling->why[telling->options.command->tongue];
    if (status == STATUS_FULL && why->size == 0)
        return say_no_memory(telling->options.command);
    say_wrong("%s", why->size != 0 ? why->at : status_meaning(status));
    return EXIT_INPUT;
}

/* ---- opening ---- */

static enum exit_code read_file(struct telling *telling, const char *path, struct slice *out)
{
    enum disk_fault fault = DISK_FAILED;
    if (disk_read_all(path, OUTLINE_BYTES_MAX, telling->options.boot, out, &fault) == STATUS_OK)
        return EXIT_DONE;
    complain_fault(telling->options.command, path, fault);
    return EXIT_INPUT;
}

static enum exit_code files_read(struct telling *telling)
{
    struct arena *boot = telling->options.boot;
    struct slice text;
    enum exit_code code = read_file(telling, telling->options.path, &text);
    if (code != EXIT_DONE)
        return code;
    enum status status =
        stop_policy_read(&telling->policy, telling->options.path, text, boot, why_clear(telling));
    if (status != STATUS_OK)
        return say_why(telling, status);
    code = read_file(telling, telling->policy.books.at, &text);
    if (code != EXIT_DONE)
        return code;
    status = books_open(&telling->books, telling->policy.books.at, text, boot, why_clear(telling));
    if (status != STATUS_OK)
        return say_why(telling, status);
    if (books_passed(telling->books) != 0)
        COMPLAIN(telling->options.command, "warning: %lld rows of the books were passed over.",
                 "警告：跳过 %lld 行账务数据。", (long long)books_passed(telling->books));
    return EXIT_DONE;
}

static int64_t balance_of(void *self, struct slice account)
{
    struct telling *telling = self;
    struct arena *scratch;
    struct book_account found;
    int64_t balance = 0;
    if (arena_create(&scratch, 1 << 20) != STATUS_OK)
        return 0;
    if (store_begin(telling->options.store) ==
        STATUS_OK) { /* whoever asks the books does so in one */
        if (books_account(telling->books, account, scratch, &found) == STATUS_OK &&
            found.balance >= 0)
            balance = found.balance;
        store_rollback(telling->options.store);
    }
    arena_destroy(scratch);
    return balance;
}

static enum status simulated_open(struct telling *telling)
{
    const struct stop_policy *policy = &telling->policy;
    char path[PATH_MAX];
    struct text text = text_over(path, sizeof path);
    text_addf(&text, "%s/core.db", telling->options.folder);
    const struct core_simulation how = {
        .path = path,
        .seed = (uint64_t)policy->core_seed,
        .delay_min_ms = policy->core_delay_min_ms,
        .delay_max_ms = policy->core_delay_max_ms,
        .refuses = (unsigned)policy->core_refuses,
        .loses = (unsigned)policy->core_loses,
        .clock = telling->options.clock,
        .balance = balance_of,
        .self = telling,
    };
    TRY(core_simulated_open(&telling->simulated, &how, telling->options.boot,
                            &why_clear(telling)[telling->options.command->tongue]));
    telling->core = core_of_simulated(telling->simulated);
    COMPLAIN(telling->options.command,
             "warning: the core system is simulated: no account is stopped or frozen.",
             "警告：核心系统为模拟，不会对任何账户实际止付或冻结。");
    return STATUS_OK;
}

static enum exit_code core_open(struct telling *telling)
{
    const struct stop_policy *policy = &telling->policy;
    enum status status = STATUS_OK;
    (void)why_clear(telling);
    switch (policy->core) {
    case CORE_NONE:
        break;
    case CORE_SIMULATED:
        status = simulated_open(telling);
        break;
    case CORE_FOLDER:
        status = core_of_folder(&telling->core, policy->core_folder, telling->options.boot);
        break;
    case CORE_HTTP:
        status = core_of_http(&telling->core, policy->core_url, telling->options.boot);
        break;
    }
    return status == STATUS_OK ? EXIT_DONE : say_why(telling, status);
}

/* ---- letters ---- */

static enum status answer(void *self, const struct teller_answer *answer, struct arena *request)
{
    struct telling *telling = self;
    char hex[DIGEST_HEX_SIZE];
    struct digest digest = digest_of(&answer->body, 1);
    digest_hex(&digest, hex);
    const struct slice parts[] = {slice_of(answer->kind), answer->asker, answer->letter,
                                  slice_of(hex)};
    const struct partner *to = partner_find(telling->partners, answer->asker);
    struct letter_id asked = {.hex = ""};
    bool unasked = answer->letter.size == 0;
    if (to == NULL || (!unasked && letter_id_parse(answer->letter, &asked) != STATUS_OK))
        return STATUS_OK; /* no longer among those who may ask */
    if (unasked && to->way == PARTNER_WAY_FETCH)
        return STATUS_OK; /* nowhere to tell it: the asker's own clocks say the same */
    moment until = {telling->options.clock.now(telling->options.clock.self).ms +
                    (int64_t)NEWS_DAYS * DAY_MS};
    const struct outbox_draft draft = {
        .id = letter_id_of(parts, sizeof parts / sizeof parts[0]),
        .reply_to = asked,
        .kind = slice_of(answer->kind),
        .body = answer->body,
        .to = to,
        .deadline = unasked ? until : answer->expires,
        .object = answer->letter,
    };
    return outbox_add(telling->outbox, &draft, request, NULL);
}

static enum status come(void *self, const struct outbox_come *come, struct arena *request)
{
    struct telling *telling = self;
    const struct letter *letter = come->letter;
    const struct teller_letter taken = {letter->from, slice_of(letter->id.hex), letter->body,
                                        letter->expires};
    return teller_take(telling->teller, letter->kind, &taken, request);
}

void telling_plugs_of(struct telling *telling, struct outbox_plug out[TELLING_PLUGS])
{
    static const char *const KINDS[TELLING_PLUGS] = {"stop", "freeze", "return"};
    for (unsigned i = 0; i < TELLING_PLUGS; i++)
        out[i] = (struct outbox_plug){.kinds = slice_of(KINDS[i]), .come = come, .self = telling};
}

/* ---- the teller ---- */

/* By this bank's own law pack. */
static enum status freeze_ends_here(void *self, const struct teller_term *term, moment from,
                                    moment *end)
{
    struct telling *telling = self;
    char digits[24];
    struct text months = text_over(digits, sizeof digits);
    bool longer = false;
    text_add_whole(&months, term->months);
    const struct freeze_law law = {
        &telling->law, telling->options.clock.now(telling->options.clock.self), HOME_ZONE};
    const struct freeze_term asked = {slice_of(FREEZE_ASSETS[term->asset].name),
                                      text_slice(&months), term->renewal};
    return freeze_law_ends(&law, &asked, from, end, &longer);
}

static enum exit_code teller_make(struct telling *telling)
{
    const struct telling_options *options = &telling->options;
    struct config config = {.home_zone = HOME_ZONE};
    struct teller_options how = {
        .store = options->store,
        .audit = options->audit,
        .policy = &telling->policy,
        .books = telling->books,
        .core = telling->core,
        .key = options->keys->pseudonym,
        .chance = seal_chance_of_machine(),
        .clock = options->clock,
        .freeze_ends = freeze_ends_here,
        .answer = answer,
        .self = telling,
    };
    enum exit_code code = laws_read(&telling->law, options->command, &config, options->boot);
    if (code != EXIT_DONE)
        return code;
    const struct law_pack *pack =
        law_find(&telling->law, LAW_SUBJECT_stop, laws_today(options->clock, &config));
    if (pack == NULL || law_span_ms(pack, "term", &how.term_ms, NULL) != STATUS_OK ||
        law_count(pack, "count.max", &how.stops_max, NULL) != STATUS_OK)
        COMPLAIN(options->command, "warning: no law pack is in force: no order is carried out.",
                 "警告：没有现行法规包，不执行任何指令。");
    return teller_open(&telling->teller, &how, options->boot) == STATUS_OK
               ? EXIT_DONE
               : say_no_memory(options->command);
}

enum exit_code telling_open(struct telling **out, const struct telling_options *options)
{
    struct telling *telling;
    if (ARENA_NEW(options->boot, 1, &telling) != STATUS_OK ||
        arena_create(&telling->scratch, SCRATCH_BYTES) != STATUS_OK)
        return say_no_memory(options->command);
    telling->options = *options;
    enum exit_code code = files_read(telling);
    if (code == EXIT_DONE)
        code = core_open(telling);
    if (code == EXIT_DONE)
        code = teller_make(telling);
    if (code == EXIT_DONE)
        *out = telling;
    return code;
}

static void *run(void *self)
{
    struct telling *telling = self;
    while (!atomic_load(&telling->closing)) {
        const struct timespec pause = {0, TURN_MS * 1000000};
        bool more = false;
        enum status status = teller_turn(telling->teller, telling->scratch, &more);
        if (status != STATUS_OK)
            _Exit(EXIT_FAILED); /* what was taken is in the store: the next start goes on */
        if (!more)
            (void)nanosleep(&pause, NULL);
    }
    return NULL;
}

enum exit_code telling_start(struct telling *telling, struct outbox *outbox,
                             const struct partner_list *partners)
{
    telling->partners = partners;
    telling->outbox = outbox;
    if (pthread_create(&telling->thread, NULL, run, telling) != 0)
        return say_no_memory(telling->options.command);
    telling->running = true;
    return EXIT_DONE;
}

void telling_keep(struct telling *telling)
{
    struct teller_counts counts;
    bool renewed;
    if (store_begin(telling->options.store) != STATUS_OK)
        return;
    enum status status = books_renew(telling->books, &renewed, why_clear(telling));
    if (status != STATUS_OK && telling->why[telling->options.command->tongue].size != 0)
        say_wrong("%s", telling->why[telling->options.command->tongue].at);
    status = teller_count(telling->teller, telling->options.store, &counts);
    store_rollback(telling->options.store);
    if (status == STATUS_OK && counts.overdue_ms > OVERDUE_MS)
        COMPLAIN(telling->options.command,
                 "ALARM: a stop or a freeze should have been lifted %lld seconds ago, and the core "
                 "has not confirmed it.",
                 "告警：一笔止付或冻结已逾期 %lld 秒未获核心系统确认解除。",
                 (long long)(counts.overdue_ms / SECOND_MS));
}

void telling_stop(struct telling *telling)
{
    if (telling == NULL)
        return;
    atomic_store(&telling->closing, true);
    if (telling->running)
        (void)pthread_join(telling->thread, NULL);
    telling->running = false;
}

void telling_close(struct telling *telling)
{
    if (telling == NULL)
        return;
    if (telling->core.close != NULL)
        telling->core.close(telling->core.self);
    core_simulated_close(telling->simulated);
    books_close(telling->books);
    arena_destroy(telling->scratch);
}
