/* sanction_deed.c -- what all that `cutline sanction` does has in common: operands NAME=VALUE or
 * NAME=@FILE, files, and the service that is asked. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "sanction_deed.h"

#include "ground/disk.h"
#include "ruleset.h"
#include "say.h"

#include <string.h>

enum { FILE_MAX = 1 << 30, HEX_KEY = 2 * SECRET_SIZE };

/* ---- operands ---- */

enum exit_code deed_file(const struct deed *deed, const char *path, struct slice *out)
{
    enum disk_fault fault = DISK_FAILED;
    if (disk_read_all(path, FILE_MAX, deed->arena, out, &fault) == STATUS_OK)
        return EXIT_DONE;
    complain_fault(deed->command, path, fault);
    return EXIT_INPUT;
}

/* The word behind NAME=; NULL: it is not said. */
const char *deed_said(const struct deed *deed, const char *name)
{
    size_t size = strlen(name);
    for (unsigned i = 0; i < deed->operands_count; i++)
        if (strncmp(deed->operand[i], name, size) == 0 && deed->operand[i][size] == '=')
            return deed->operand[i] + size + 1;
    return NULL;
}

/* Its value; of @FILE what the file holds, without its last line end.  Unsaid: empty. */
enum exit_code deed_value(const struct deed *deed, const char *name, struct slice *out)
{
    const char *word = deed_said(deed, name);
    *out = slice_of(word == NULL ? "" : word);
    if (word == NULL || word[0] != '@')
        return EXIT_DONE;
    enum exit_code code = deed_file(deed, word + 1, out);
    while (code == EXIT_DONE && out->size > 0 &&
           (out->at[out->size - 1] == '\n' || out->at[out->size - 1] == '\r'))
        out->size--;
    return code;
}

enum exit_code deed_needed(const struct deed *deed, const char *name, struct slice *out)
{
    enum exit_code code = deed_value(deed, name, out);
    if (code != EXIT_DONE || out->size > 0)
        return code;
    COMPLAIN(deed->command, "%s= is needed.", "需要 %s=。", name);
    return EXIT_USAGE;
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* 64 hex digits. */
enum exit_code deed_secret(const struct deed *deed, const char *name, struct secret *out)
{
    struct slice hex;
    enum exit_code code = deed_needed(deed, name, &hex);
    bool holds = code == EXIT_DONE && hex.size == HEX_KEY;
    for (size_t i = 0; holds && i < HEX_KEY; i += 2) {
        int high = digit_of(hex.at[i]), low = digit_of(hex.at[i + 1]);
        holds = high >= 0 && low >= 0;
        out->bytes[i / 2] = (unsigned char)(high * 16 + low);
    }
    if (code != EXIT_DONE || holds)
        return code;
    COMPLAIN(deed->command, "%s= is no key of 64 hex digits.", "%s= 不是 64 位十六进制密钥。",
             name);
    return EXIT_INPUT;
}

enum exit_code deed_text(struct deed *deed, size_t size, struct text *out)
{
    char *bytes = NULL;
    if (arena_take(deed->arena, size, (void **)&bytes) != STATUS_OK)
        return say_no_memory(deed->command);
    *out = text_over(bytes, size);
    return EXIT_DONE;
}

/* The file appears whole, or stays as it was. */
static enum exit_code file_write(const struct deed *deed, const char *path, struct slice text)
{
    struct disk_sink *sink = NULL;
    enum status status = disk_sink_create(&sink, path);
    if (status == STATUS_OK)
        status = disk_sink_write(sink, text);
    if (status == STATUS_OK)
        return disk_sink_commit(sink) == STATUS_OK ? EXIT_DONE : EXIT_FAILED;
    if (sink != NULL)
        disk_sink_abandon(sink);
    complain_fault(deed->command, path, DISK_FAILED);
    return EXIT_FAILED;
}

enum exit_code deed_show(const struct deed *deed, struct slice text)
{
    const char *path = command_value(deed->command, FLAG_output);
    if (path != NULL)
        return file_write(deed, path, text);
    return say_on_out(text) ? EXIT_DONE : EXIT_FAILED;
}

/* ---- over the network ---- */

enum status deed_ask(struct deed *deed, const char *path, const char *type, struct slice body)
{
    char url[DEED_URL_MAX], tongue[64], content[64];
    struct text where = text_over(url, sizeof url), says = text_over(tongue, sizeof tongue);
    struct text kind = text_over(content, sizeof content);
    text_addf(&where, "%s%s", deed->asking.to, path);
    text_addf(&says, "Accept-Language: %s", deed->command->tongue == TONGUE_ZH ? "zh" : "en");
    text_addf(&kind, "Content-Type: %s", type == NULL ? "" : type);
    struct courier_errand errand = {
        .url = url,
        .post = type != NULL,
        .body = body,
        .header = {deed->asking.authorization[0] == '\0' ? tongue : deed->asking.authorization,
                   deed->asking.authorization[0] == '\0' ? (type == NULL ? NULL : content) : tongue,
                   deed->asking.authorization[0] == '\0' || type == NULL ? NULL : content},
        .answer = &deed->answer,
    };
    deed->answer = text_over(deed->answer.at, deed->answer.size_max + 1);
    enum status status = courier_go(&deed->asking.line, &errand);
    deed->http_status = status == STATUS_OK ? errand.http_status : 0;
    deed->wait_s = errand.wait_s;
    return status;
}

enum exit_code deed_question(const struct deed *deed, struct standing_question *out)
{
    struct slice act, object, way, purpose;
    enum exit_code code = deed_needed(deed, "act", &act);
    if (code == EXIT_DONE)
        code = deed_needed(deed, "object", &object);
    if (code == EXIT_DONE)
        code = deed_value(deed, "way", &way);
    if (code == EXIT_DONE)
        code = deed_value(deed, "purpose", &purpose);
    if (code != EXIT_DONE || standing_question_read(act, object, way, purpose, out) == STATUS_OK)
        return code;
    COMPLAIN(deed->command, "act, object, way or purpose is no word of a law pack.",
             "act、object、way 或 purpose 不是法规包用词。");
    return EXIT_USAGE;
}
