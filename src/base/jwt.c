/*
 * jwt.c
 *	  Signed JSON web tokens, as service accounts present them.
 *
 * The library's objects belong to a short-lived memory context, so an ERROR
 * frees the key.  The library's own error texts are dropped: they hardly help
 * an operator and may disclose details of the key.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/memutils.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/base64url.h"
#include "base/jwt.h"
#include "base/owner.h"

/* RFC 7518 refuses shorter keys for RS256. */
#define RSA_BITS_MIN 2048

/* Resources for signing; each member is NULL until acquired. */
typedef struct Signer
{
	BIO *pem;
	EVP_PKEY *key;
	EVP_MD_CTX *digest;
} Signer;

/*
 * Owner's release: frees the signer's resources and clears the library's error
 * queue, which other code in this process would misread as its own.
 */
static void
release_signer(void *resource)
{
	Signer *signer = resource;

	EVP_MD_CTX_free(signer->digest);
	EVP_PKEY_free(signer->key);
	BIO_free(signer->pem);
	ERR_clear_error();
}

/*
 * Passphrase callback that supplies no passphrase.  Without it the library
 * would ask on the terminal.
 */
static int
no_passphrase(char *buffer, int size, int is_writing, void *arg)
{
	return -1;
}

/*
 * Reads the key.  Returns false with *error filled if the key is unusable.
 */
static bool
read_key(Signer *signer, const char *private_key_pem, AdpError *error)
{
	signer->pem = BIO_new_mem_buf(private_key_pem, -1);
	if (signer->pem != NULL)
		signer->key =
			PEM_read_bio_PrivateKey(signer->pem, NULL, no_passphrase, NULL);
	if (signer->key == NULL)
		adp_error_set(error, ADP_ERR_CREDENTIALS, "private key cannot be read",
					  "It must be an unencrypted RSA key in PEM format.", NULL);
	else if (EVP_PKEY_base_id(signer->key) != EVP_PKEY_RSA)
		adp_error_set(error, ADP_ERR_CREDENTIALS,
					  "private key is not an RSA key", NULL, NULL);
	else if (EVP_PKEY_bits(signer->key) < RSA_BITS_MIN)
		adp_error_set(error, ADP_ERR_CREDENTIALS, "private key is too short",
					  psprintf("RS256 needs at least %d bits.", RSA_BITS_MIN),
					  NULL);
	return error->class == ADP_OK;
}

/*
 * Appends the signature of the token so far.  Returns false with *error filled
 * on failure.
 */
static bool
append_signature(Signer *signer, StringInfo token, AdpError *error)
{
	const unsigned char *signed_text = (const unsigned char *) token->data;
	size_t signed_len = token->len;
	size_t len = EVP_PKEY_size(signer->key);
	unsigned char *signature = palloc(len);

	signer->digest = EVP_MD_CTX_new();
	if (signer->digest == NULL)
		adp_error_set(error, ADP_ERR_MEMORY, "out of memory", NULL, NULL);
	else if (EVP_DigestSignInit(signer->digest, NULL, EVP_sha256(), NULL,
								signer->key) != 1 ||
			 EVP_DigestSign(signer->digest, signature, &len, signed_text,
							signed_len) != 1)
		adp_error_set(error, ADP_ERR_CREDENTIALS, "private key could not sign",
					  NULL, NULL);
	else
	{
		appendStringInfoChar(token, '.');
		adp_base64url_append(token, signature, len);
	}
	pfree(signature);
	return error->class == ADP_OK;
}

/*
 * Signs header and claims.
 */
char *
adp_jwt_rs256(const char *private_key_pem, const char *header_json,
			  const char *claims_json, AdpError *error)
{
	MemoryContext cxt =
		AllocSetContextCreate(CurrentMemoryContext, "adpipe signer",
							  ALLOCSET_SMALL_SIZES);
	Signer *signer = MemoryContextAllocZero(cxt, sizeof(Signer));
	StringInfoData token;
	bool is_signed;

	adp_owner_create(cxt, release_signer)->resource = signer;
	initStringInfo(&token);
	adp_base64url_append(&token, (const unsigned char *) header_json,
						 strlen(header_json));
	appendStringInfoChar(&token, '.');
	adp_base64url_append(&token, (const unsigned char *) claims_json,
						 strlen(claims_json));
	is_signed = read_key(signer, private_key_pem, error) &&
		append_signature(signer, &token, error);
	MemoryContextDelete(cxt);
	return is_signed ? token.data : NULL;
}
