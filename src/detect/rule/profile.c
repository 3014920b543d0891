/* profile.c -- profiles: their keys, the order in which they rest on each other, their features.
 *
 * A profile that is fed by several kinds has features whose fields mean another thing in each kind;
 * so each feature is checked once for every kind that has all the fields that it names.
 *
 * Invariants:  1. set.profile holds every profile that was named, in the order of the text, whether
 *                 or not it was understood; notes[] tells what of it can be relied on.
 *              2. A feature is checked after all features of the profiles that it reads. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "checker_inside.h"

static const struct type DURATION = {.class = TYPE_DURATION};
static const struct type NUMBER = {.class = TYPE_NUMBER};

/* ---- names ---- */

/* A name that means something already is the profile's all the same, so that readers find it. */
static void check_name(struct checker *checker, struct word name)
{
    enum record_kind kind;
    enum function function;
    struct slice what = {0};
    if (register_find(name.text, &kind))
        what = SLICE("register");
    else if (kind_find(name.text, &kind))
        what = SLICE("kind of record");
    else if (function_find(name.text, &function))
        what = SLICE("function");
    if (what.size != 0)
        complain(checker->compile, MESSAGE_NAME_TAKEN,
                 (struct complaint){.where = name.span, .arg = {name.text, what}});
}

static void name_profiles(struct checker *checker)
{
    struct compile *compile = checker->compile;
    struct rule_set *set = checker->set;
    set->profile = compile_take(compile, PROFILES_MAX * sizeof *set->profile);
    const struct written_profile *written = checker->written->profile;
    for (; written != NULL && set->profile != NULL; written = written->next) {
        int same = profile_index(checker, written->name.text);
        if (same >= 0) {
            complain(compile, MESSAGE_PROFILE_TWICE,
                     (struct complaint){.where = written->name.span,
                                        .arg = {written->name.text},
                                        .related = set->profile[same].span});
            checker->notes[same].gap = true; /* a feature may have been meant for this one */
            continue;
        }
        if (set->profiles_count == PROFILES_MAX) {
            complain(compile, MESSAGE_TOO_MANY,
                     (struct complaint){
                         .where = written->name.span,
                         .arg = {SLICE("profiles"), compile_text(compile, "%d", PROFILES_MAX)}});
            compile->gap = true;
            return;
        }
        check_name(checker, written->name);
        checker->notes[set->profiles_count] =
            (struct profile_notes){.written = written, .gap = written->broken};
        set->profile[set->profiles_count++] =
            (struct profile){.name = written->name.text, .span = written->name.span};
    }
}

/* ---- keys ---- */

void complain_kind(struct checker *checker, struct word word)
{
    enum record_kind kind;
    struct guess guess = guess_start(word.text);
    for (unsigned k = 0; k < RECORD_KINDS_COUNT; k++)
        if (kind_schema((enum record_kind)k)->group == GROUP_EVENT)
            guess_try(&guess, slice_of(kind_schema((enum record_kind)k)->name));
    bool found = kind_find(word.text, &kind);
    complain(checker->compile, found ? MESSAGE_KIND_NO_EVENT : MESSAGE_UNKNOWN_KIND,
             (struct complaint){.where = word.span,
                                .arg = {word.text},
                                .suggestion = found ? (struct slice){0} : guess.best});
}

static bool check_through(struct checker *checker, const struct written_key *written,
                          struct profile_key *key, struct type *entity)
{
    struct compile *compile = checker->compile;
    struct slice name = written->register_kind.text;
    if (!register_find(name, &key->register_kind)) {
        struct guess guess = guess_start(name);
        guess_try(&guess, SLICE("person"));
        guess_try(&guess, SLICE("cell"));
        guess_try(&guess, SLICE("region"));
        complain(compile, MESSAGE_UNKNOWN_REGISTER,
                 (struct complaint){.where = written->register_kind.span,
                                    .arg = {name},
                                    .suggestion = guess.best});
        return false;
    }
    enum record_kind kind = key->register_kind;
    struct scope scope = {.checker = checker, .kind = key->kind};
    if (!field_find(kind, written->register_field.text, &key->register_field)) {
        complain_unknown_field(&scope, written->register_field, kind);
        return false;
    }
    struct type type;
    (void)type_of_field(kind, key->register_field, &type);
    struct complaint complaint = {.where = written->register_field.span,
                                  .arg = {type_key(compile, type), type_key(compile, *entity),
                                          written->register_field.text, name}};
    if (!type_equal(type, *entity)) {
        complain(compile, MESSAGE_THROUGH_TYPE, complaint);
        return false;
    }
    bool one = key->register_field == 0 ||
               (kind == RECORD_person && (type.name == FIELD_PHONE || type.name == FIELD_ACCOUNT));
    if (!one) {
        complain(compile, MESSAGE_THROUGH_MANY, complaint);
        return false;
    }
    key->through = true;
    (void)type_of_field(kind, 0, entity);
    return true;
}

static bool check_key(struct checker *checker, const struct written_key *written,
                      struct profile_key *key, struct type *entity)
{
    struct compile *compile = checker->compile;
    *key = (struct profile_key){.span = written->span};
    if (!event_find(written->kind.text, &key->kind)) {
        complain_kind(checker, written->kind);
        return false;
    }
    struct scope scope = {.checker = checker, .kind = key->kind};
    if (!field_find(key->kind, written->field.text, &key->field)) {
        complain_unknown_field(&scope, written->field, key->kind);
        return false;
    }
    (void)type_of_field(key->kind, key->field, entity);
    if (entity->class != TYPE_NAME) {
        complain(
            compile, MESSAGE_KEY_TYPE,
            (struct complaint){.where = written->field.span, .arg = {type_key(compile, *entity)}});
        return false;
    }
    return written->register_kind.text.size == 0 || check_through(checker, written, key, entity);
}

static bool add_key(struct checker *checker, struct profile *profile,
                    const struct written_key *written, struct profile_key key, struct type entity)
{
    struct compile *compile = checker->compile;
    for (uint32_t i = 0; i < profile->keys_count; i++) {
        const struct profile_key *other = &profile->key[i];
        if (other->kind != key.kind || other->field != key.field)
            continue;
        complain(compile, MESSAGE_KEY_TWICE,
                 (struct complaint){.where = written->span,
                                    .arg = {compile_source(compile, written->field.span)},
                                    .related = other->span});
        return false;
    }
    if (profile->keys_count != 0 && !type_equal(profile->entity, entity)) {
        complain(compile, MESSAGE_KEYS_DIFFER,
                 (struct complaint){
                     .where = written->span,
                     .arg = {type_key(compile, entity), type_key(compile, profile->entity)},
                     .related = profile->key[0].span});
        return false;
    }
    if (profile->keys_count == PROFILE_KEYS_MAX) {
        complain(compile, MESSAGE_TOO_MANY,
                 (struct complaint){
                     .where = written->span,
                     .arg = {SLICE("keys"), compile_text(compile, "%d", PROFILE_KEYS_MAX)}});
        return false;
    }
    profile->entity = entity;
    profile->key[profile->keys_count++] = key;
    return true;
}

static void check_keys(struct checker *checker, unsigned index)
{
    struct profile *profile = &checker->set->profile[index];
    struct profile_notes *notes = &checker->notes[index];
    bool good = !notes->written->keys_broken;
    const struct written_key *written = notes->written->key;
    for (; written != NULL; written = written->next) {
        struct profile_key key;
        struct type entity;
        good &= check_key(checker, written, &key, &entity) &&
                add_key(checker, profile, written, key, entity);
    }
    notes->entity_known = good && profile->keys_count != 0;
}

/* ---- features by name ---- */

static void name_broken(struct profile_notes *notes, struct slice name)
{
    if (notes->broken_count == PROFILE_FEATURES_MAX)
        notes->gap = true;
    else
        notes->broken[notes->broken_count++] = name;
}

static void name_features(struct checker *checker, unsigned index)
{
    struct compile *compile = checker->compile;
    struct profile *profile = &checker->set->profile[index];
    struct profile_notes *notes = &checker->notes[index];
    profile->feature = compile_take(compile, PROFILE_FEATURES_MAX * sizeof *profile->feature);
    const struct written_feature *written = notes->written->feature;
    for (; written != NULL && profile->feature != NULL; written = written->next) {
        struct complaint complaint = {.where = written->name.span, .arg = {written->name.text}};
        uint32_t same = 0;
        while (same < profile->features_count &&
               !slice_equal(profile->feature[same].name, written->name.text))
            same++;
        if (same < profile->features_count) {
            complaint.related = profile->feature[same].span;
            complain(compile, MESSAGE_FEATURE_TWICE, complaint);
        } else if (written->broken) {
            name_broken(notes, written->name.text);
        } else if (profile->features_count == PROFILE_FEATURES_MAX) {
            complaint.arg[0] = SLICE("features");
            complaint.arg[1] = compile_text(compile, "%d", PROFILE_FEATURES_MAX);
            complain(compile, MESSAGE_TOO_MANY, complaint);
            notes->gap = true;
            return;
        } else {
            notes->feature[profile->features_count] = written;
            profile->feature[profile->features_count++] =
                (struct feature){.name = written->name.text, .span = written->name.span};
        }
    }
}

/* ---- who rests on whom ---- */

/* A place in the phrase where `profile` is read; NULL: none. */
static const struct phrase *find_read(const struct checker *checker, const struct phrase *phrase,
                                      int profile)
{
    if (phrase == NULL)
        return NULL;
    if ((phrase->kind == PHRASE_DOT || phrase->kind == PHRASE_INDEX) &&
        profile_index(checker, phrase->name.text) == profile)
        return phrase;
    const struct phrase *found = NULL;
    for (uint32_t i = 0; i < phrase->args_count && found == NULL; i++)
        found = find_read(checker, phrase->arg[i], profile);
    return found;
}

static void add_reads(const struct checker *checker, const struct phrase *phrase, uint64_t *reads)
{
    if (phrase == NULL)
        return;
    if (phrase->kind == PHRASE_DOT || phrase->kind == PHRASE_INDEX) {
        int profile = profile_index(checker, phrase->name.text);
        if (profile >= 0)
            *reads |= 1ull << profile;
    }
    for (uint32_t i = 0; i < phrase->args_count; i++)
        add_reads(checker, phrase->arg[i], reads);
}

struct way {
    struct checker *checker;
    enum { WAY_UNSEEN, WAY_ON, WAY_DONE } state[PROFILES_MAX];
    unsigned step[PROFILES_MAX];
    unsigned steps;
    uint32_t ordered;
};

/* "a → b → a", and where the last step is taken. */
static void complain_circle(struct way *way, unsigned from, unsigned to)
{
    struct checker *checker = way->checker;
    const struct profile *profile = checker->set->profile;
    char room[512];
    struct text text = text_over(room, sizeof room);
    unsigned i = way->steps;
    while (i > 0 && way->step[i - 1] != to)
        i--;
    for (unsigned k = i - 1; k < way->steps; k++)
        text_addf(&text, "`%.*s` → ", SHOW(profile[way->step[k]].name));
    text_addf(&text, "`%.*s`", SHOW(profile[to].name));
    const struct phrase *read = NULL;
    for (uint32_t k = 0; k < profile[from].features_count && read == NULL; k++) {
        const struct written_feature *feature = checker->notes[from].feature[k];
        read = find_read(checker, feature->value, (int)to);
        if (read == NULL)
            read = find_read(checker, feature->where, (int)to);
    }
    must(read != NULL);
    complain(checker->compile, MESSAGE_PROFILE_CIRCLE,
             (struct complaint){.where = read->span,
                                .arg = {compile_text(checker->compile, "%s", room)},
                                .related = profile[to].span});
}

static void order_profile(struct way *way, unsigned index)
{
    struct rule_set *set = way->checker->set;
    way->state[index] = WAY_ON;
    way->step[way->steps++] = index;
    uint64_t reads = way->checker->notes[index].reads;
    for (unsigned other = 0; other < set->profiles_count; other++) {
        if ((reads >> other & 1) == 0 || other == index)
            continue;
        if (way->state[other] == WAY_UNSEEN)
            order_profile(way, other);
        else if (way->state[other] == WAY_ON)
            complain_circle(way, index, other);
    }
    way->steps--;
    way->state[index] = WAY_DONE;
    set->order[way->ordered++] = index;
}

static void order_profiles(struct checker *checker)
{
    struct rule_set *set = checker->set;
    for (uint32_t i = 0; i < set->profiles_count; i++) {
        for (uint32_t k = 0; k < set->profile[i].features_count; k++) {
            const struct written_feature *feature = checker->notes[i].feature[k];
            add_reads(checker, feature->value, &checker->notes[i].reads);
            add_reads(checker, feature->where, &checker->notes[i].reads);
        }
    }
    struct way way = {.checker = checker};
    for (unsigned i = 0; i < set->profiles_count; i++)
        if (way.state[i] == WAY_UNSEEN)
            order_profile(&way, i);
}

/* ---- the kinds of records that a feature counts ---- */

/* Whether every bare name that is a field of some kind of the profile is a field of `kind`; the
 * first that is not is handed back. */
static bool names_exist(const struct phrase *phrase, enum record_kind kind, uint32_t kinds,
                        struct slice *missing)
{
    if (phrase == NULL)
        return true;
    unsigned ignored;
    if (phrase->kind == PHRASE_NAME && !field_find(kind, phrase->name.text, &ignored)) {
        for (unsigned k = 0; k < RECORD_KINDS_COUNT; k++) {
            if ((kinds >> k & 1) == 0)
                continue;
            if (field_find((enum record_kind)k, phrase->name.text, &ignored)) {
                *missing = phrase->name.text;
                return false;
            }
        }
    }
    for (uint32_t i = 0; i < phrase->args_count; i++)
        if (!names_exist(phrase->arg[i], kind, kinds, missing))
            return false;
    return true;
}

static uint32_t kinds_of_roles(const struct profile *profile, uint32_t roles)
{
    uint32_t kinds = 0;
    for (uint32_t i = 0; i < profile->keys_count; i++)
        if ((roles >> i & 1) != 0)
            kinds |= 1u << profile->key[i].kind;
    return kinds;
}

static bool check_role(struct checker *checker, const struct profile *profile,
                       const struct written_role *role, uint32_t *roles)
{
    struct compile *compile = checker->compile;
    struct guess guess = guess_start(role->field.text);
    uint32_t found = 0;
    char room[256];
    struct text keys = text_over(room, sizeof room);
    for (uint32_t i = 0; i < profile->keys_count; i++) {
        const struct profile_key *key = &profile->key[i];
        const struct kind_schema *schema = kind_schema(key->kind);
        struct slice field = slice_of(schema->fields[key->field].name);
        guess_try(&guess, field);
        text_addf(&keys, "%s`%s.%.*s`", i == 0 ? "" : " ", schema->name, SHOW(field));
        bool kind_fits =
            role->kind.text.size == 0 || slice_equal(role->kind.text, slice_of(schema->name));
        if (kind_fits && slice_equal(role->field.text, field))
            found |= 1u << i;
    }
    *roles |= found;
    if (found != 0)
        return true;
    complain(compile, MESSAGE_UNKNOWN_ROLE,
             (struct complaint){.where = role->span,
                                .arg = {compile_source(compile, role->span), profile->name,
                                        compile_text(compile, "%s", room)},
                                .suggestion = guess.best});
    return false;
}

static bool check_roles(struct checker *checker, unsigned index,
                        const struct written_feature *written, uint32_t *roles)
{
    const struct profile *profile = &checker->set->profile[index];
    *roles = (1u << profile->keys_count) - 1;
    if (written->role == NULL)
        return true;
    *roles = 0;
    bool good = true;
    for (const struct written_role *role = written->role; role != NULL; role = role->next)
        good &= check_role(checker, profile, role, roles);
    return good;
}

/* "call: no `amount`, payment: no `duration`" */
static void complain_no_kind(struct checker *checker, const struct written_feature *written,
                             uint32_t kinds, uint32_t all)
{
    char room[256];
    struct text text = text_over(room, sizeof room);
    for (unsigned k = 0; k < RECORD_KINDS_COUNT; k++) {
        struct slice missing = {0};
        if ((kinds >> k & 1) == 0)
            continue;
        if (names_exist(written->value, (enum record_kind)k, all, &missing))
            (void)names_exist(written->where, (enum record_kind)k, all, &missing);
        text_addf(&text, "%s`%s.%.*s`", text.size == 0 ? "" : " ",
                  kind_schema((enum record_kind)k)->name, SHOW(missing));
    }
    complain(checker->compile, MESSAGE_NO_KIND_FITS,
             (struct complaint){
                 .where = written->name.span,
                 .arg = {written->name.text, compile_text(checker->compile, "%s", room)}});
}

/* The kinds whose records can be counted; 0: complained. */
static uint32_t check_kinds(struct checker *checker, unsigned index,
                            const struct written_feature *written, uint32_t roles)
{
    const struct profile *profile = &checker->set->profile[index];
    uint32_t all = kinds_of_roles(profile, UINT32_MAX);
    uint32_t kinds = kinds_of_roles(profile, roles);
    uint32_t fitting = 0;
    struct slice ignored;
    for (unsigned k = 0; k < RECORD_KINDS_COUNT; k++)
        if ((kinds >> k & 1) != 0 &&
            names_exist(written->value, (enum record_kind)k, all, &ignored) &&
            names_exist(written->where, (enum record_kind)k, all, &ignored))
            fitting |= 1u << k;
    if (fitting != 0)
        return fitting;
    if ((kinds & (kinds - 1)) == 0)
        return kinds; /* one kind: its missing field gets a complaint of its own */
    complain_no_kind(checker, written, kinds, all);
    return 0;
}

/* ---- features ---- */

static bool check_copy(struct checker *checker, unsigned index,
                       const struct written_feature *written, enum record_kind kind,
                       struct feature *feature)
{
    struct scope scope = {.checker = checker, .kind = kind, .own_profile = (int)index};
    bool good = true;
    if (written->value != NULL) {
        feature->value_of[kind] = check_expr(&scope, written->value, NULL);
        good &= feature->value_of[kind] != NULL;
    }
    if (written->where != NULL) {
        feature->where_of[kind] = check_truth(&scope, written->where, "`where`");
        good &= feature->where_of[kind] != NULL;
    }
    return good;
}

/* One resolved copy for each kind; all values of one type. */
static bool check_copies(struct checker *checker, unsigned index,
                         const struct written_feature *written, struct feature *feature)
{
    struct compile *compile = checker->compile;
    bool good = true;
    unsigned first = RECORD_KINDS_COUNT;
    for (unsigned k = 0; k < RECORD_KINDS_COUNT; k++) {
        if ((feature->kinds >> k & 1) == 0)
            continue;
        good &= check_copy(checker, index, written, (enum record_kind)k, feature);
        if (first == RECORD_KINDS_COUNT)
            first = k;
        const struct expr *a = feature->value_of[first];
        const struct expr *b = feature->value_of[k];
        if (a == NULL || b == NULL || type_equal(a->type, b->type))
            continue;
        complain(compile, MESSAGE_KINDS_DIFFER,
                 (struct complaint){.where = written->value->span,
                                    .arg = {slice_of(kind_schema((enum record_kind)first)->name),
                                            type_key(compile, a->type),
                                            slice_of(kind_schema((enum record_kind)k)->name),
                                            type_key(compile, b->type)}});
        return false;
    }
    feature->value = feature->value_of[first];
    feature->where = feature->where_of[first];
    return good;
}

static bool aggregate_fits(enum aggregate aggregate, struct type type)
{
    switch (aggregate) {
    case AGGREGATE_sum:
    case AGGREGATE_mean:
        return type_is_amount(type);
    case AGGREGATE_min:
    case AGGREGATE_max:
    case AGGREGATE_quantile:
        return type_is_ordered(type);
    default:
        return type.class != TYPE_TRUTH;
    }
}

static struct type aggregate_type(const struct feature *feature)
{
    switch (feature->aggregate) {
    case AGGREGATE_count:
    case AGGREGATE_distinct:
    case AGGREGATE_top:
        return NUMBER;
    case AGGREGATE_since:
        return DURATION;
    case AGGREGATE_fresh:
        return (struct type){.class = TYPE_TRUTH};
    default:
        return feature->value->type;
    }
}

static bool check_aggregate(struct checker *checker, const struct written_feature *written,
                            struct feature *feature)
{
    struct compile *compile = checker->compile;
    const char *word = aggregate_name(feature->aggregate);
    if (feature->aggregate == AGGREGATE_quantile && feature->quantile > 1) {
        complain(compile, MESSAGE_QUANTILE_RANGE,
                 (struct complaint){.where = written->quantile_span});
        return false;
    }
    if (written->value == NULL)
        return true;
    struct type type = feature->value->type;
    if (!aggregate_fits(feature->aggregate, type)) {
        complain(compile, MESSAGE_AGGREGATE_TYPE,
                 (struct complaint){.where = written->value->span,
                                    .arg = {slice_of(word), type_key(compile, type)}});
        return false;
    }
    if (feature->aggregate != AGGREGATE_sum)
        return true;
    for (unsigned k = 0; k < RECORD_KINDS_COUNT; k++) {
        if (feature->value_of[k] == NULL || expr_is_whole(checker->set, feature->value_of[k]))
            continue;
        struct slice value = compile_source(compile, written->value->span);
        complain(
            compile, MESSAGE_SUM_NOT_WHOLE,
            (struct complaint){.where = written->value->span,
                               .suggestion = compile_text(compile, "floor(%.*s)", SHOW(value))});
        return false;
    }
    return true;
}

static bool check_feature(struct checker *checker, unsigned index, unsigned number)
{
    struct profile *profile = &checker->set->profile[index];
    const struct written_feature *written = checker->notes[index].feature[number];
    struct feature *feature = &profile->feature[number];
    feature->aggregate = written->aggregate;
    feature->quantile = written->quantile;
    feature->span_ms = written->over.ms;
    for (unsigned i = 0; i < TONGUES_COUNT; i++)
        feature->label[i] = written->label[i];
    bool good = check_duration(checker, written->over, "`over`");
    if (!checker->notes[index].entity_known ||
        !check_roles(checker, index, written, &feature->roles))
        return false;
    feature->kinds = check_kinds(checker, index, written, feature->roles);
    if (feature->kinds == 0 || !check_copies(checker, index, written, feature) ||
        !check_aggregate(checker, written, feature))
        return false;
    for (uint32_t i = 0; i < profile->keys_count; i++)
        if ((feature->kinds >> profile->key[i].kind & 1) == 0)
            feature->roles &= ~(1u << i);
    feature->type = aggregate_type(feature);
    return good;
}

void check_profiles(struct checker *checker)
{
    name_profiles(checker);
    for (unsigned i = 0; i < checker->set->profiles_count; i++) {
        check_keys(checker, i);
        name_features(checker, i);
    }
    order_profiles(checker);
    for (unsigned i = 0; i < checker->set->profiles_count; i++) {
        unsigned index = checker->set->order[i];
        for (unsigned k = 0; k < checker->set->profile[index].features_count; k++)
            checker->notes[index].ready[k] = check_feature(checker, index, k);
    }
}
