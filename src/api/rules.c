/* rules.c -- rules handed in, read, let in by somebody else, and taken out again.
 *
 * What is handed in is compiled first, by the same compiler as everywhere: a version in the book
 * always compiles, and its image is what an approval names.  Whether and when it comes into force
 * is the service's business; the book says what became of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/draft.h"
#include "rulebook/rulebook.h"

enum {
    RULES_IMAGE_BYTES_MAX = 512 << 20, /* of one compilation, given back when it is answered */
    RULES_PAGE_BYTES = 1 << 20,
    VERSION_BYTES = 16384, /* of one version as JSON without its files */
    DIAGS_BYTES = 256 << 10,
};

/* ---- compiling ---- */

static enum status draft_files(struct visit *visit, struct draft *draft)
{
    const json_t *files = json_object_get(visit->json, "files");
    draft->files_count = (uint32_t)json_array_size(files);
    TRY(ARENA_NEW(visit->arena, draft->files_count + 1, &draft->file));
    for (uint32_t i = 0; i < draft->files_count; i++) {
        const json_t *file = json_array_get(files, i);
        const json_t *path = json_object_get(file, "path");
        const json_t *text = json_object_get(file, "text");
        draft->file[i] = (struct rule_file){{json_string_value(path), json_string_length(path)},
                                            {json_string_value(text), json_string_length(text)}};
        if (!rulebook_path_holds(draft->file[i].path))
            return STATUS_MALFORMED;
    }
    return STATUS_OK;
}

static enum status draft_check(struct draft *draft)
{
    struct digest digest;
    TRY(arena_create(&draft->image, RULES_IMAGE_BYTES_MAX));
    TRY(rules_check(draft->file, draft->files_count, draft->image, &draft->diags, &draft->set));
    rules_digest(draft->set, draft->image, &digest);
    digest_hex(&digest, draft->hex);
    return STATUS_OK;
}

/* Compiles the body's files.  STATUS_MALFORMED: a path, or errors in `diags`. */
static enum status draft_compile(struct visit *visit, struct draft *draft)
{
    TRY(draft_files(visit, draft));
    return draft_check(draft);
}

enum status draft_compile_asked(struct visit *visit, struct draft *draft)
{
    int64_t version = visit_whole(visit, "version", 0);
    if (json_object_get(visit->json, "files") != NULL)
        return draft_compile(visit, draft);
    TRY(rulebook_files(visit->reader, version, visit->arena, &draft->file, &draft->files_count));
    return draft->files_count == 0 ? STATUS_ABSENT : draft_check(draft);
}

void draft_release(struct draft *draft)
{
    arena_destroy(draft->image);
}

static void add_diags(struct text *text, const struct draft *draft)
{
    text_add_string(text, "\"diagnostics\":[");
    for (uint32_t i = 0; i < draft->diags.count; i++) {
        text_add_string(text, i == 0 ? "" : ",");
        text_add_diag_json(text, &draft->diags.diag[i], draft->file);
    }
    text_addf(text, "],\"errors\":%u,\"more\":%u", draft->diags.errors_count, draft->diags.dropped);
}

void draft_wrong(struct visit *visit, const struct draft *draft)
{
    static const struct saying SAYS = SAYING("files: a path has letters, digits, _ - . / and ends "
                                             "in .cut",
                                             "files：路径仅含字母、数字、_ - . /，并以 .cut 结尾");
    if (draft->diags.errors_count == 0) {
        visit_problem(visit, PROBLEM_value_refused, &SAYS);
        return;
    }
    visit_problem(visit, PROBLEM_rules_wrong, NULL);
    struct slice plain = visit->answer.body;
    struct text text = visit_paper(visit, DIAGS_BYTES);
    if (plain.size == 0 || text.full)
        return;
    text_add(&text, (struct slice){plain.at, plain.size - 1});
    text_add_char(&text, ',');
    add_diags(&text, draft);
    text_add_char(&text, '}');
    if (!text.full)
        visit->answer.body = text_slice(&text);
}

void handle_rules_check(struct visit *visit)
{
    struct draft draft = {0};
    if (!visit_body(visit))
        return;
    enum status status = draft_compile(visit, &draft);
    if (status == STATUS_OK) {
        struct text text = visit_paper(visit, DIAGS_BYTES);
        text_addf(&text, "{\"image\":\"%s\",", draft.hex);
        add_diags(&text, &draft);
        text_add_char(&text, '}');
        visit_answer_json(visit, 200, &text);
    } else if (status == STATUS_MALFORMED) {
        draft_wrong(visit, &draft);
    } else {
        visit_problem_of(visit, status);
    }
    draft_release(&draft);
}

/* ---- versions ---- */

static void add_when(struct text *text, const char *name, moment at)
{
    if (at.ms == MOMENT_NONE.ms) {
        text_addf(text, ",\"%s\":null", name);
        return;
    }
    text_addf(text, ",\"%s\":\"", name);
    text_add_moment(text, at, 0);
    text_add_char(text, '"');
}

static void add_version(struct text *text, const struct rulebook_version *version)
{
    bool decided = version->state != RULEBOOK_submitted && version->state != RULEBOOK_rejected &&
                   version->state != RULEBOOK_withdrawn && version->state != RULEBOOK_expired;
    text_addf(text, "{\"version\":%lld,\"state\":\"%s\",\"role\":", (long long)version->number,
              rulebook_state_name(version->state));
    if (decided)
        text_addf(text, "\"%s\"", rulebook_role_name(version->role));
    else
        text_add_string(text, "null");
    text_add_string(text, ",\"image\":");
    text_add_json(text, version->image);
    text_add_string(text, ",\"author\":");
    text_add_json(text, version->author);
    text_add_string(text, ",\"decider\":");
    if (version->decider.size > 0)
        text_add_json(text, version->decider);
    else
        text_add_string(text, "null");
    text_add_string(text, ",\"note\":");
    text_add_json(text, version->note);
    add_when(text, "submitted", version->submitted);
    add_when(text, "decided", version->decided);
    add_when(text, "effective", version->effective);
    text_addf(text, ",\"position\":%lld,\"files_count\":%lld", (long long)version->position,
              (long long)version->files_count);
}

static void add_files(struct text *text, const struct rule_file *files, uint32_t count)
{
    text_add_string(text, ",\"files\":[");
    for (uint32_t i = 0; i < count; i++) {
        text_add_string(text, i == 0 ? "{\"path\":" : ",{\"path\":");
        text_add_json(text, files[i].path);
        text_add_string(text, ",\"text\":");
        text_add_json(text, files[i].source);
        text_add_char(text, '}');
    }
    text_add_char(text, ']');
}

static enum status add_files_of(struct visit *visit, struct text *text, int64_t number)
{
    struct rule_file *files = NULL;
    uint32_t count = 0;
    TRY(rulebook_files(visit->reader, number, visit->arena, &files, &count));
    add_files(text, files, count);
    return STATUS_OK;
}

/* {version} of the path; 0: there is none. */
static int64_t number_of(const struct visit *visit)
{
    struct slice text = visit->parameter[0];
    int64_t number = 0;
    if (text.size == 0 || text.size > 15)
        return 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return 0;
        number = number * 10 + (text.at[i] - '0');
    }
    return number;
}

static void answer_version(struct visit *visit, int status, struct store *store, int64_t number)
{
    struct rulebook_version version;
    struct text text = visit_paper(visit, VERSION_BYTES);
    enum status found = rulebook_find(store, number, visit->arena, &version);
    if (found != STATUS_OK) {
        visit_problem_of(visit, found);
        return;
    }
    add_version(&text, &version);
    text_add_char(&text, '}');
    visit_answer_json(visit, status, &text);
}

void handle_rules_list(struct visit *visit)
{
    struct rulebook_version *rows = NULL;
    size_t count = (size_t)visit_query_whole(visit, "limit", 50);
    enum status status = ARENA_NEW(visit->arena, count + 1, &rows);
    if (status == STATUS_OK)
        status = rulebook_list(visit->reader, visit_query_whole(visit, "before", 0), visit->arena,
                               rows, &count);
    if (status != STATUS_OK) {
        visit_problem_of(visit, status);
        return;
    }
    struct text text = visit_paper(visit, RULES_PAGE_BYTES);
    text_add_string(&text, "{\"versions\":[");
    for (size_t i = 0; i < count; i++) {
        text_add_string(&text, i == 0 ? "" : ",");
        add_version(&text, &rows[i]);
        text_add_char(&text, '}');
    }
    text_add_string(&text, "]}");
    visit_answer_json(visit, 200, &text);
}

/* Version 0: what whoever writes the first version begins with. */
static void show_folder(struct visit *visit)
{
    const struct api_rooms *rooms = visit->rooms;
    struct text text = visit_paper(visit, 6 * (size_t)RULEBOOK_BYTES_MAX + FILES_MAX * 256);
    if (rooms->folder_rules == NULL) {
        visit_problem(visit, PROBLEM_not_found, NULL);
        return;
    }
    text_add_string(&text, "{\"version\":0,\"state\":\"folder\",\"role\":null,\"image\":");
    text_add_json(&text, rooms->folder_image);
    text_add_string(&text, ",\"author\":\"\",\"decider\":null,\"note\":\"\",\"submitted\":null,"
                           "\"decided\":null,\"effective\":null,\"position\":0");
    add_files(&text, rooms->folder_rules, rooms->folder_rules_count);
    text_add_char(&text, '}');
    visit_answer_json(visit, 200, &text);
}

void handle_rules_show(struct visit *visit)
{
    if (slice_equal(visit->parameter[0], SLICE("0"))) {
        show_folder(visit);
        return;
    }
    struct rulebook_version version;
    struct text text = visit_paper(visit, 6 * (size_t)RULEBOOK_BYTES_MAX + FILES_MAX * 256);
    int64_t number = number_of(visit);
    enum status status = rulebook_find(visit->reader, number, visit->arena, &version);
    if (status == STATUS_OK) {
        add_version(&text, &version);
        status = add_files_of(visit, &text, number);
    }
    if (status != STATUS_OK) {
        visit_problem_of(visit, status);
        return;
    }
    text_add_char(&text, '}');
    visit_answer_json(visit, 200, &text);
}

/* What the audit entry says: the version, its image, and the reason of the body. */
static void name_version(struct visit *visit, int64_t number, struct slice image)
{
    struct text id = visit_paper(visit, 24), detail = visit_paper(visit, 160);
    text_add_whole(&id, number);
    text_addf(&detail, "{\"image\":\"%.*s\"}", (int)image.size, image.at);
    visit->object_kind = SLICE("rules");
    visit->object_id = text_slice(&id);
    visit->detail = text_slice(&detail);
}

static void submit(struct visit *visit, const struct draft *draft)
{
    int64_t number = 0;
    struct rulebook_draft handed = {
        .file = draft->file,
        .files_count = draft->files_count,
        .image = slice_of(draft->hex),
        .author = slice_of(visit->identity.user),
        .note = visit_text(visit, "note"),
        .now = visit->api->clock.now(visit->api->clock.self),
    };
    if (!visit_begin(visit))
        return;
    enum status status = rulebook_submit(visit->rooms->store, &handed, &number);
    if (status != STATUS_OK) {
        visit_problem_of(visit, status);
        return;
    }
    answer_version(visit, 201, visit->rooms->store, number);
    name_version(visit, number, slice_of(draft->hex));
    visit->reason = handed.note;
}

void handle_rules_submit(struct visit *visit)
{
    struct draft draft = {0};
    if (!visit_body(visit))
        return;
    enum status status = draft_compile(visit, &draft);
    if (status == STATUS_OK)
        submit(visit, &draft);
    else if (status == STATUS_MALFORMED)
        draft_wrong(visit, &draft);
    else
        visit_problem_of(visit, status);
    draft_release(&draft);
}

/* ---- somebody's word ---- */

static void word_spoken(struct visit *visit, enum status status, int64_t number)
{
    static const struct saying OTHER_IMAGE =
        SAYING("image: not that of this version", "image：与该版本不一致");
    switch (status) {
    case STATUS_OK:
        answer_version(visit, 200, visit->rooms->store, number);
        name_version(visit, number, visit_text(visit, "image"));
        visit->reason = visit_text(visit, "reason");
        break;
    case STATUS_REFUSED:
        visit_problem(visit, PROBLEM_own_word, NULL);
        break;
    case STATUS_LATE:
        visit_problem(visit, PROBLEM_conflict, NULL);
        break;
    case STATUS_MALFORMED:
        visit_problem(visit, PROBLEM_value_refused, &OTHER_IMAGE);
        break;
    default:
        visit_problem_of(visit, status);
    }
}

static struct rulebook_word word_of(struct visit *visit)
{
    return (struct rulebook_word){
        .number = number_of(visit),
        .image = visit_text(visit, "image"),
        .actor = slice_of(visit->identity.user),
        .now = visit->api->clock.now(visit->api->clock.self),
    };
}

void handle_rules_approve(struct visit *visit)
{
    enum rulebook_role role;
    if (!visit_body(visit))
        return;
    if (!rulebook_role_find(visit_text(visit, "role"), &role)) {
        visit_problem(visit, PROBLEM_value_refused,
                      &SAYING("role: live or shadow", "role：live 或 shadow"));
        return;
    }
    if (!visit_begin(visit))
        return;
    struct rulebook_word word = word_of(visit);
    word_spoken(visit, rulebook_approve(visit->rooms->store, &word, role), word.number);
}

void handle_rules_reject(struct visit *visit)
{
    if (!visit_body(visit) || !visit_begin(visit))
        return;
    struct rulebook_word word = word_of(visit);
    word_spoken(visit, rulebook_reject(visit->rooms->store, &word), word.number);
}

void handle_rules_retire(struct visit *visit)
{
    if (!visit_body(visit) || !visit_begin(visit))
        return;
    struct rulebook_word word = word_of(visit);
    word_spoken(visit, rulebook_retire(visit->rooms->store, &word), word.number);
}
