#!/usr/bin/env bash
# The main job on a fresh machine: builds the tool, gets two models, scores what an early and a late checkpoint predicted.
set -euo pipefail
cd "$(dirname "$0")/.."

dotnet publish --configuration Release --output artifacts/tool src/PerceptualEval.Cli >&2
perceptual_eval() { dotnet artifacts/tool/perceptual-eval.dll "$@"; }
export PERCEPTUAL_EVAL_MODELS=${PERCEPTUAL_EVAL_MODELS:-$PWD/artifacts/models}
installed() { [ -f "$PERCEPTUAL_EVAL_MODELS/$1/manifest.json" ]; }

# Weights that lie beside the repository are used; others are downloaded.
weights=../shared/models
if [ -d "$weights" ]; then
  installed taef2-decoder || perceptual_eval build decoder "$weights/taef2_decoder.pth" --name taef2-decoder >&2
  installed lpips-squeeze || perceptual_eval build lpips --net squeeze --backbone "$weights/squeezenet1_1-features.pth" \
    --heads "$weights/lpips-v0.1-squeeze.pth" --name lpips-squeeze >&2
else
  perceptual_eval pull taef2-decoder lpips-squeeze >&2
fi

for checkpoint in early late; do
  echo "--- $checkpoint checkpoint ---"
  perceptual_eval score --pred "examples/$checkpoint" --target examples/target --images examples/images --input-weight 1 \
    --decoder taef2-decoder --lpips lpips-squeeze
done
