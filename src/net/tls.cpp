#include "net/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "net/internal/tls_context.h"

namespace tidemark::net {

namespace {

tl::unexpected<Error> unusable(const std::string& file, const boost::system::error_code& error) {
  return failure(ErrorCode::kInvalid, "cannot use '" + file + "' for TLS: " + error.message() +
                                          "; it must be a readable PEM file");
}

tl::unexpected<Error> do_not_match(const std::string& certificate, const std::string& key) {
  return failure(ErrorCode::kInvalid, "the certificate '" + certificate + "' and the key '" + key +
                                          "' do not belong together");
}

bool is_mismatch(const boost::system::error_code& error) {
  const int reason = ERR_GET_REASON(static_cast<unsigned long>(error.value()));
  return reason == X509_R_KEY_VALUES_MISMATCH || reason == X509_R_KEY_TYPE_MISMATCH;
}

}  // namespace

Tls::Tls() : state_(std::make_unique<State>()) {}

Tls::~Tls() = default;

Result<std::shared_ptr<Tls>> Tls::load(const std::string& certificate, const std::string& key) {
  std::shared_ptr<Tls> tls(new Tls);
  boost::asio::ssl::context& context = tls->state_->context;
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  // Renegotiation and session caches keep memory per stranger; tickets do without.
  SSL_CTX_set_options(context.native_handle(), SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_session_cache_mode(context.native_handle(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context.native_handle(), SSL_MODE_RELEASE_BUFFERS);
  boost::system::error_code error;
  context.use_certificate_chain_file(certificate, error);
  if (error) return unusable(certificate, error);
  context.use_private_key_file(key, boost::asio::ssl::context::pem, error);
  if (error && is_mismatch(error)) return do_not_match(certificate, key);
  if (error) return unusable(key, error);
  if (SSL_CTX_check_private_key(context.native_handle()) != 1) {
    return do_not_match(certificate, key);
  }
  return tls;
}

}  // namespace tidemark::net
