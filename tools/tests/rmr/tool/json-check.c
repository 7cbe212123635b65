/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Is what `xen-rmr --json` wrote to standard input JSON, with as many findings
 * of each severity as it says? Prints the codes in order.
 */
#include <jansson.h>
#include <string.h>

static unsigned int count(const json_t *findings, const char *severity)
{
    unsigned int nr = 0;
    const json_t *f;
    size_t i;

    json_array_foreach(findings, i, f)
        nr += !strcmp(json_string_value(json_object_get(f, "severity")) ?: "",
                      severity);

    return nr;
}

int main(void)
{
    json_error_t error;
    json_t *root = json_loadf(stdin, JSON_REJECT_DUPLICATES, &error);
    json_t *findings = json_object_get(root, "findings"), *f;
    size_t i;

    if ( !root )
        fprintf(stderr, "json-check: line %d: %s\n", error.line, error.text);
    if ( !json_is_array(findings) ||
         !json_is_array(json_object_get(root, "masters")) ||
         count(findings, "error") !=
         json_integer_value(json_object_get(root, "errors")) ||
         count(findings, "warning") !=
         json_integer_value(json_object_get(root, "warnings")) )
        return 1;

    json_array_foreach(findings, i, f)
        printf("%s\n", json_string_value(json_object_get(f, "code")));
    json_decref(root);

    return 0;
}
