/* send.c -- `cutline send`: files to a service, in pieces of whole lines, each under its own key.
 * Messages in XML have no lines that could be parted: such a file goes whole, or not at all.
 *
 *      file ─> unpacked ─> piece of lines (with the header before it) ─> POST, Idempotency-Key
 *
 * The key is the digest of the file's name, the piece's place and its bytes.  Whoever was cut off
 * starts again from the beginning: what was taken before is answered at once as it was then, and
 * counts once.  Nothing has to be remembered here. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "verbs.h"

#include "asking.h"
#include "ground/checksum.h"
#include "ground/clock.h"
#include "intake/file.h"
#include "intake/mapping.h"
#include "ruleset.h"
#include "say.h"
#include "stop.h"

#include <limits.h>
#include <stdlib.h>
#include <time.h>

enum {
    PIECE_MAX = 1 << 20,
    WHOLE_MAX = 8 << 20,
    ANSWER_MAX = 64 * 1024,
    TRIES_MAX = 120,
    TELL_MS = 10000
};

struct sending {
    struct asking asking;
    struct arena *boot;
    struct clock clock;
    const struct mapping *mapping; /* NULL: canonical, or by its shape */
    const char *map;
    char *piece;
    size_t header, size; /* bytes of the piece: header, all */
    bool whole;          /* the file at hand is XML */
    char *answer;
    uint64_t pieces, accepted, rejected, again, bytes;
    int64_t told_ms;
};

static uint64_t number_behind(const char *text, const char *word)
{
    const char *at = strstr(text, word);
    return at == NULL ? 0 : strtoull(at + strlen(word), NULL, 10);
}

static void let_pass(int64_t seconds)
{
    for (int64_t i = 0; i < seconds * 10 && !stop_asked(); i++) {
        struct timespec pause = {0, 100000000};
        (void)nanosleep(&pause, NULL);
    }
}

static void tell(struct sending *sending, const char *path)
{
    int64_t now = sending->clock.ticks_ms(sending->clock.self);
    const struct command *command = sending->asking.command;
    if (now - sending->told_ms < TELL_MS || command_has(command, FLAG_quiet))
        return;
    sending->told_ms = now;
    COMPLAIN(command, "%s: %llu records accepted, %llu rejected.", "%s：已接受 %llu，拒绝 %llu。",
             path, (unsigned long long)sending->accepted, (unsigned long long)sending->rejected);
}

/* ---- one piece ---- */

static enum exit_code refused(const struct sending *sending, const char *path, int status)
{
    COMPLAIN(sending->asking.command, "%s: the service answered %d: %.400s",
             "%s：服务应答 %d：%.400s", path, status, sending->answer);
    return status == 401 || status == 403 ? EXIT_REFUSED : EXIT_INPUT;
}

static bool comes_again(enum status status, int http)
{
    return status != STATUS_OK || http == 409 || http == 429 || http == 503 || http == 507 ||
           http == 502 || http == 504;
}

static void url_of(const struct sending *sending, char out[PATH_MAX], struct slice kind)
{
    struct text text = text_over(out, PATH_MAX);
    text_addf(&text, "%s/v1/records", sending->asking.to);
    if (kind.size != 0)
        text_addf(&text, "?kind=%.*s", (int)kind.size, kind.at);
    if (sending->map != NULL)
        text_addf(&text, "%cmapping=%s", kind.size != 0 ? '&' : '?', sending->map);
}

static enum exit_code put_piece(struct sending *sending, const char *path, struct slice kind)
{
    char url[PATH_MAX], key[128], hex[DIGEST_HEX_SIZE];
    struct slice parts[] = {slice_of(path),
                            {(const char *)&sending->bytes, sizeof sending->bytes},
                            {sending->piece, sending->size}};
    struct digest digest = digest_of(parts, 3);
    digest_hex(&digest, hex);
    struct text text = text_over(key, sizeof key);
    text_addf(&text, "Idempotency-Key: %s", hex);
    url_of(sending, url, kind);
    for (unsigned tries = 0; tries < TRIES_MAX && !stop_asked(); tries++) {
        struct text answer = text_over(sending->answer, ANSWER_MAX);
        struct courier_errand errand = {
            .url = url,
            .header = {key, "Content-Type: text/plain",
                       sending->asking.authorization[0] == '\0' ? NULL
                                                                : sending->asking.authorization},
            .post = true,
            .body = {sending->piece, sending->size},
            .answer = &answer,
        };
        enum status status = courier_go(&sending->asking.line, &errand);
        if (comes_again(status, errand.http_status)) {
            let_pass(errand.wait_s < 1 ? 1 : errand.wait_s > 60 ? 60 : errand.wait_s);
            continue;
        }
        if (errand.http_status != 200)
            return refused(sending, path, errand.http_status);
        sending->accepted += number_behind(sending->answer, "\"accepted\":");
        sending->rejected += number_behind(sending->answer, "\"rejected\":");
        sending->pieces++;
        sending->bytes += sending->size - sending->header;
        tell(sending, path);
        return EXIT_DONE;
    }
    COMPLAIN(sending->asking.command, "%s: %s does not take it now; call `send` again later.",
             "%s：%s 暂不接收；请稍后再次执行 `send`。", path, sending->asking.to);
    return stop_asked() ? EXIT_STOPPED : EXIT_RETRY;
}

/* ---- one file ---- */

static bool is_xml(const struct source *source)
{
    struct slice rest = {source->at, (size_t)(source->end - source->at)};
    if (slice_starts(rest, SLICE("\xEF\xBB\xBF")))
        rest = (struct slice){rest.at + 3, rest.size - 3};
    while (rest.size != 0 && (unsigned char)rest.at[0] <= ' ')
        rest = (struct slice){rest.at + 1, rest.size - 1};
    return rest.size != 0 && rest.at[0] == '<';
}

static bool wants_header(const struct sending *sending, char first)
{
    if (sending->whole)
        return false;
    if (sending->mapping != NULL)
        return sending->mapping->form == FORM_CSV && sending->mapping->shapes_count == 0;
    return first != '{';
}

/* The lines before the first row stay before every piece. */
static void take_header(struct sending *sending, struct source *source)
{
    uint64_t lines = 1 + (sending->mapping == NULL ? 0 : sending->mapping->skip_lines);
    sending->header = sending->size = 0;
    if (source->at == source->end || !wants_header(sending, *source->at))
        return;
    for (; lines != 0; lines--) {
        const char *line_end = memchr(source->at, '\n', (size_t)(source->end - source->at));
        size_t size = line_end == NULL ? (size_t)(source->end - source->at)
                                       : (size_t)(line_end - source->at) + 1;
        if (sending->header + size > ROW_BYTES_MAX)
            return;
        memcpy(sending->piece + sending->header, source->at, size);
        sending->header += size;
        source->at += size;
    }
    sending->size = sending->header;
}

/* Moves whole lines from the window into the piece.  Whether the piece is full. */
static bool fill(struct sending *sending, struct source *source)
{
    size_t room = (sending->whole ? WHOLE_MAX : PIECE_MAX) - sending->size;
    size_t size = (size_t)(source->end - source->at);
    bool full = size > room;
    if (full)
        size = room;
    size_t whole = size;
    while (whole != 0 && source->at[whole - 1] != '\n')
        whole--;
    bool rest = sending->whole || (source->ended && !full); /* the last line has no end */
    if (whole == 0 && full && sending->size == sending->header)
        whole = size; /* one line that is longer than a piece: it will be rejected */
    else if (rest)
        whole = size;
    memcpy(sending->piece + sending->size, source->at, whole);
    sending->size += whole;
    source->at += whole;
    return full;
}

static enum exit_code too_large(const struct sending *sending, const char *path)
{
    COMPLAIN(sending->asking.command,
             "%s: is XML of more than %d MiB, which is not parted: send its messages in several "
             "files.",
             "%s：是超过 %d MiB 的 XML，不能拆分：请将报文分成多个文件发送。", path,
             WHOLE_MAX >> 20);
    return EXIT_INPUT;
}

static enum exit_code send_rows(struct sending *sending, struct source *source, const char *path,
                                struct slice kind)
{
    enum exit_code code = EXIT_DONE;
    take_header(sending, source);
    sending->bytes = 0;
    while (code == EXIT_DONE) {
        bool full = fill(sending, source);
        bool done = source->ended && source->at == source->end;
        if (!full && !done) {
            source_more(source);
            continue;
        }
        if (full && sending->whole)
            return too_large(sending, path);
        if (sending->size > sending->header)
            code = put_piece(sending, path, kind);
        sending->size = sending->header;
        if (done)
            break;
    }
    if (code == EXIT_DONE && source->failure != STATUS_OK) {
        COMPLAIN(sending->asking.command, "%s: ends in the middle: damaged or cut.",
                 "%s：在中间结束：已损坏或被截断。", path);
        return EXIT_INPUT;
    }
    return code;
}

static enum exit_code send_file(struct sending *sending, struct source *source, const char *path)
{
    const struct command *command = sending->asking.command;
    const char *said = command_value(command, FLAG_kind);
    enum disk_fault fault;
    struct slice kind = said == NULL ? SLICE("") : slice_of(said);
    enum record_kind by_name = kind_by_name(slice_of(path));
    if (said == NULL && sending->mapping == NULL && by_name != RECORD_KINDS_COUNT)
        kind = slice_of(kind_schema(by_name)->name);
    if (source_open(source, path, &fault) != STATUS_OK) {
        complain_fault(command, path, fault);
        return EXIT_INPUT;
    }
    sending->whole = is_xml(source);
    if (sending->whole && said == NULL)
        kind = SLICE("");
    enum exit_code code = send_rows(sending, source, path, kind);
    source_close(source);
    return code;
}

static enum exit_code read_mapping(struct sending *sending)
{
    char bytes[TONGUES_COUNT][1024];
    const struct command *command = sending->asking.command;
    struct mapping *mapping;
    struct text why[TONGUES_COUNT] = {text_over(bytes[0], 1024), text_over(bytes[1], 1024)};
    sending->map = command_value(command, FLAG_map);
    if (sending->map == NULL)
        return EXIT_DONE;
    if (mapping_read(&mapping, sending->map, sending->boot, why) != STATUS_OK) {
        say_wrong("%s", bytes[command->tongue]);
        return EXIT_INPUT;
    }
    sending->mapping = mapping;
    return EXIT_DONE;
}

enum exit_code verb_send(const struct command *command)
{
    static struct sending sending;
    struct source *source;
    stop_listen();
    enum exit_code code = asking_open(&sending.asking, command);
    if (code != EXIT_DONE)
        return code;
    sending.clock = clock_of_machine();
    sending.told_ms = sending.clock.ticks_ms(sending.clock.self);
    if (arena_create(&sending.boot, 16 << 20) != STATUS_OK ||
        ARENA_NEW(sending.boot, WHOLE_MAX, &sending.piece) != STATUS_OK ||
        ARENA_NEW(sending.boot, ANSWER_MAX, &sending.answer) != STATUS_OK ||
        source_create(&source, sending.boot) != STATUS_OK)
        return say_no_memory(command);
    code = read_mapping(&sending);
    for (uint32_t i = 0; code == EXIT_DONE && i < command->operands_count; i++)
        code = send_file(&sending, source, command->operand[i]);
    source_destroy(source);
    asking_close(&sending.asking);
    if (!command_has(command, FLAG_quiet))
        COMPLAIN(command, "%llu records accepted, %llu rejected, in %llu deliveries.",
                 "已接受 %llu 条记录，拒绝 %llu 条，共 %llu 次交付。",
                 (unsigned long long)sending.accepted, (unsigned long long)sending.rejected,
                 (unsigned long long)sending.pieces);
    arena_destroy(sending.boot);
    return code;
}
