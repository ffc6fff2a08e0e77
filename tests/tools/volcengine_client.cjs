// Sends one picture to a Volcengine endpoint with the vendor's own client for Node and prints the answer.
//
// usage: node volcengine_client.cjs HOST:PORT ACCESS_KEY SECRET_KEY PICTURE

const fs = require("node:fs");
const { Service } = require("@volcengine/openapi");

async function main([host, accessKeyId, secretKey, picture]) {
  const service = new Service({
    serviceName: "cv", defaultVersion: "2021-08-23", region: "cn-north-1", protocol: "http:", host, accessKeyId, secretKey,
  });
  const ocrRollInvoice = service.createAPI("OcrRollInvoice", { method: "POST", contentType: "urlencode" });
  const answer = await ocrRollInvoice({ image_base64: fs.readFileSync(picture).toString("base64") }, { timeout: 30000 });
  console.log(JSON.stringify(answer));
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
