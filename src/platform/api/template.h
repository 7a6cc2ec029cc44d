/*
 * template.h
 *	  Texts with placeholders: "/{version}/act_{account}/insights".
 */
#ifndef ADP_PLATFORM_API_TEMPLATE_H
#define ADP_PLATFORM_API_TEMPLATE_H

/* A placeholder. */
typedef struct AdpBlank
{
	const char *name;  /* NULL: end of the list */
	const char *value; /* NULL: the template must not contain it */
	bool is_encoded;   /* percent-encoded */
} AdpBlank;

/* Fills in a template, palloc'd.  Braces have no other meaning. */
extern char *adp_template_fill(const char *template, const AdpBlank *blanks);

#endif /* ADP_PLATFORM_API_TEMPLATE_H */
