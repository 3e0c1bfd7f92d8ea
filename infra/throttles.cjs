/**
 * Throttles each route of the HTTP API on its own, so that a flood of one leaves the others. A route's settings
 * replace the stage's as a whole, so each repeats both limits: terraform-aws-modules/terraform-aws-apigateway-v2#80.
 * API Gateway refuses settings of a route that does not exist yet ("Unable to find Route by key"), so the stage
 * is created after the routes: aws/serverless-application-model#2479.
 */

module.exports = class Throttles {
  constructor({ service }) {
    this.hooks = {
      "after:aws:package:finalize:mergeCustomProviderResources": () =>
        throttleRoutes(service.provider.compiledCloudFormationTemplate.Resources),
    };
  }
};

function throttleRoutes(resources) {
  const routes = Object.entries(resources).filter(([, { Type }]) => Type === "AWS::ApiGatewayV2::Route");
  const { HttpApiStage: stage } = resources;
  const { DefaultRouteSettings: settings } = stage.Properties;
  stage.Properties.RouteSettings = Object.fromEntries(
    routes.map(([, { Properties }]) => [Properties.RouteKey, { ...settings }]),
  );
  stage.DependsOn = [stage.DependsOn ?? [], routes.map(([name]) => name)].flat(2);
}
