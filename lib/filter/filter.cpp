#include "filter/filter.hpp"

#include "filter/program.hpp"

namespace netpeel::filter {

Filter::Filter() = default;
Filter::Filter(Filter&&) noexcept = default;
Filter& Filter::operator=(Filter&&) noexcept = default;
Filter::~Filter() = default;

bool Filter::matches(const field::Packet& packet, const field::Settings& settings) const {
  return program_->run(packet, settings);
}

base::Result<Filter> compile(std::string_view expression, const field::Registry& registry) {
  base::Result<Ast> ast = parse(expression);
  if (!ast) return ast.complaint();
  Filter f;
  base::Result<std::unique_ptr<Program>> program =
      check(*ast, expression, registry, f.names_, f.fields_);
  if (!program) return program.complaint();
  f.program_ = std::move(*program);
  f.print_ = print(*ast);
  return f;
}

}  // namespace netpeel::filter
