"""Says in a few words how close each model comes to its teacher, for the manifests: from the numbers that evaluate.py wrote."""
import json
import sys

with open(sys.argv[1]) as file:
    photographs = json.load(file)['photographs']
decoded, distorted = photographs['lpips, decoded pairs'], photographs['lpips, distortions']
print(f'decoder {photographs["decoder"]["psnr"]:.1f} dB from it on photographs')
print(f'encoder {100 * photographs["encoder"]["explained variance"]:.0f} % of the variance of its latents on photographs')
print(f'lpips on photographs, median error {100 * decoded["error"]:.0f} % of decoded pairs, {100 * distorted["error"]:.0f} % of distortions')
