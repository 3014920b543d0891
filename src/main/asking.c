/* asking.c -- a token comes from a file that only its owner may read, never from a flag or the
 * environment. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "asking.h"

#include "ground/disk.h"
#include "reading.h"
#include "ruleset.h"
#include "say.h"

enum { SECRET_BYTES_MAX = 400 };

enum exit_code asking_secret(const struct command *command, const char *path, struct text *out)
{
    struct disk_about about;
    struct disk_file *file;
    enum disk_fault fault;
    char bytes[SECRET_BYTES_MAX + 1] = "";
    size_t got = 0;
    if (disk_about(path, &about, &fault) != STATUS_OK ||
        disk_open(&file, path, &fault) != STATUS_OK) {
        complain_fault(command, path, fault);
        return EXIT_INPUT;
    }
    enum status status = disk_read(file, bytes, SECRET_BYTES_MAX, &got);
    disk_close(file);
    if (!about.private || status != STATUS_OK) {
        COMPLAIN(command, "%s: is a secret, and others may read it; `chmod 600` the file.",
                 "%s：是机密文件，但他人可读；请执行 `chmod 600`。", path);
        return EXIT_INPUT;
    }
    text_add(out, (struct slice){bytes, strcspn(bytes, "\r\n")});
    return EXIT_DONE;
}

static enum exit_code read_token(struct asking *asking, const char *path)
{
    struct text text = text_over(asking->authorization, sizeof asking->authorization);
    text_add_string(&text, "Authorization: Bearer ");
    return asking_secret(asking->command, path, &text);
}

enum exit_code asking_open(struct asking *asking, const struct command *command)
{
    const char *to = command_value(command, FLAG_to);
    const char *token = command_value(command, FLAG_token);
    *asking = (struct asking){.command = command, .to = to == NULL ? "http://127.0.0.1:8470" : to};
    bool http = slice_starts(slice_of(asking->to), SLICE("http://")) ||
                slice_starts(slice_of(asking->to), SLICE("https://"));
    if (!http) {
        COMPLAIN(command, "--to takes an address like http://127.0.0.1:8470, not `%s`.",
                 "--to 应为 http://127.0.0.1:8470 这样的地址，不能是 `%s`。", asking->to);
        return EXIT_USAGE;
    }
    return token == NULL ? EXIT_DONE : read_token(asking, token);
}

enum exit_code asking_judge(const struct asking *asking, enum status status, int http_status,
                            struct slice answer)
{
    const struct command *command = asking->command;
    char bytes[1024];
    struct text text = text_over(bytes, sizeof bytes);
    if (status != STATUS_OK) {
        COMPLAIN(command, "%s: nobody answers.", "%s：无应答。", asking->to);
        return EXIT_RETRY;
    }
    if (http_status / 100 == 2)
        return EXIT_DONE;
    text_add_json_value(&text, answered_member(answer, "title"));
    struct slice detail = answered_member(answer, "detail");
    text_add_string(&text, detail.size > 0 ? " " : "");
    text_add_json_value(&text, detail);
    COMPLAIN(command, "%s (%d)", "%s（%d）", bytes, http_status);
    return http_status == 429 || http_status == 503 ? EXIT_RETRY : EXIT_REFUSED;
}

void asking_close(struct asking *asking)
{
    courier_hang_up(&asking->line);
}
