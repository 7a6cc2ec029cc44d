/*
 * template.h
 *	  Texts with blanks to fill in: "/{version}/act_{account}/insights".
 */
#ifndef ADP_PLATFORM_API_TEMPLATE_H
#define ADP_PLATFORM_API_TEMPLATE_H

/* A blank of a template. */
typedef struct AdpBlank
{
	const char *name;  /* NULL: end of the list */
	const char *value; /* NULL: the template must not have the blank */
	bool is_encoded;   /* percent-encoded, else as it stands */
} AdpBlank;

/* Fills in a template, palloc'd; braces stand for nothing else in one. */
extern char *adp_template_fill(const char *template, const AdpBlank *blanks);

#endif /* ADP_PLATFORM_API_TEMPLATE_H */
